"""Every rule of law, of a format or of a protocol that aicfo keeps: id, source, and the tests.

`test_requirements.py` fails for a rule without a test, for a test that is not there, and for a
check, file kind or verified parameter that no rule names. `verified` says that a public source
was read; else the rule stands from memory or is chosen here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `parameters` are the effective-dated numbers that it stands in."""

    id: str
    text: str
    source: str
    verified: bool
    tests: tuple[str, ...]
    parameters: tuple[str, ...] = ()


_CHECKS = "plugins/bill/tests/test_checks.py::test_"
_REFUSED = _CHECKS + "a_broken_bill_is_refused"
_FRAUD = "plugins/bill/tests/test_fraud.py::test_"
_WORTH = "plugins/bill/tests/test_worth.py::test_"
_QUOTE = "plugins/bill/tests/test_quote.py::test_"
_COMPARE = "plugins/bill/tests/test_compare.py::test_"
_GATE = "plugins/tender/tests/test_gate.py::test_"
_NEED = "plugins/tender/tests/test_need.py::test_"
_BID = "plugins/tender/tests/test_write_bid.py::test_"
_CONTRACT = "plugins/tender/tests/test_write_contract.py::test_"
_BONDS = "plugins/tender/tests/test_bonds.py::test_"
_POINTS = "plugins/tender/tests/test_score_procurement.py::test_"
_DEVIATION = "plugins/tender/tests/test_score_tendering.py::test_"
_MONEY = "tests/core/test_money.py::test_"
_DAYS = "tests/core/test_days.py::test_"
_MCP = "tests/mcp/test_server.py::test_"
_LINES = "tests/mcp/test_lines.py::test_"
_APPROVING = "tests/mcp/test_approving.py::test_"
_SIGN_IN = "tests/mcp/test_sign_in.py::test_"
_TRY = "tests/mcp/test_try_sign_in.py::test_"
_READ = "tests/books/importers/test_"
_RECOURSE = "plugins/bill/tests/test_contingent.py::test_"
_TOOLS = "plugins/bill/tests/test_tools.py::test_"
_ENGINE = "sim/tests/test_engine.py::test_"
_TAXES = "sim/tests/test_taxes.py::test_"
_MARKET = "sim/tests/test_tender_market.py::test_"
_INDUSTRY = "sim/tests/test_industry.py::test_"
_AUDIT = "tests/books/test_audit.py::test_"
_EARLY = "tests/safety/test_early_payment.py::test_"
_COURSE = "tests/books/test_bill_course.py::test_"
_FAULTS = "tests/faults/test_"
_POLICY = "tests/safety/test_policy.py::test_"
_HOLDS = "tests/safety/test_commit_holds.py::test_"
_GROUPS = "tests/safety/test_commit_groups.py::test_"
_HERE = "tests/test_requirements.py::test_"

_SHCPE = "上海票据交易所 新一代票据业务系统"
_BILLS_LAW = "《票据法》"
_ORDER_4 = "《商业汇票承兑、贴现与再贴现管理办法》(2022年第4号令)"
_ORDER_802 = "《保障中小企业款项支付条例》国务院令第802号"
_USCC = "GB 32100-2015"
_MCP_SPEC = "Model Context Protocol specification"

RULES = (
    # ── bills: one rule per check, its id is the code ────────────────────────────────────────
    Rule(
        "bill.number_format",
        "a bill's number has 30 ASCII digits; the first tells system and kind",
        _SHCPE,
        True,
        (_REFUSED,),
    ),
    Rule(
        "bill.number_kind",
        "the first digit agrees with the kind of bill",
        _SHCPE,
        True,
        (_REFUSED,),
    ),
    Rule(
        "bill.number_date",
        "digits 14 to 21 are the day of registration; it is no day after the issue",
        _SHCPE,
        True,
        (_REFUSED, _CHECKS + "a_doubtful_bill_asks_for_care"),
    ),
    Rule(
        "bill.check_digit",
        "no algorithm of the last digit is public, so without one it proves nothing",
        "none is public",
        False,
        (_CHECKS + "the_check_digit_is_judged_only_by_who_knows_how",),
    ),
    Rule(
        "bill.sub_range",
        "the face of a holding is its number of 0.01-yuan units",
        _SHCPE,
        True,
        (_REFUSED, _CHECKS + "a_sub_range_is_worth_its_units"),
    ),
    Rule(
        "bill.package_limit",
        "a package is at most ¥1bn",
        _SHCPE,
        True,
        (_REFUSED, _HERE + "numbers_of_law_hold_from_their_day"),
        ("bill.package_limit",),
    ),
    Rule(
        "bill.overlap",
        "two holdings of one package share no unit",
        "follows from the package",
        True,
        (_CHECKS + "two_holdings_of_one_package_may_touch_but_not_share_units",),
    ),
    Rule(
        "bill.tenor",
        "a bill runs at most six months from its issue since 2023-01-01",
        _ORDER_4,
        True,
        (
            _REFUSED,
            _CHECKS + "the_longest_tenor_is_the_one_of_the_issue_day",
            _CHECKS + "months_later_is_that_day_or_the_months_last",
            _HERE + "numbers_of_law_hold_from_their_day",
        ),
        ("bill.tenor_months",),
    ),
    Rule(
        "bill.transferable",
        "不得转让 by the drawer forbids endorsement; by an endorser it frees him of later ones",
        _BILLS_LAW + "第二十七、三十四条",
        False,
        (
            _REFUSED,
            _CHECKS + "an_endorser_who_forbade_transfer_is_counted_out_of_the_recourse",
        ),
    ),
    Rule(
        "bill.chain",
        "endorsements follow each other from the payee to the holder",
        _BILLS_LAW + "第三十一条",
        True,
        (
            _CHECKS + "a_chain_breaks_where_the_next_endorser_was_not_the_holder",
            _CHECKS + "spaces_and_punctuation_do_not_break_a_chain",
        ),
    ),
    Rule(
        "bill.chain_loop",
        "回头背书 is lawful; those in between owe nothing: a warning, never a refusal",
        _BILLS_LAW + "第六十九条",
        True,
        (_CHECKS + "endorsing_back_is_a_warning_that_names_who_is_free_and_never_a_refusal",),
    ),
    Rule(
        "bill.state",
        "票据状态 and 流通标志 stand in pairs that the system knows",
        _SHCPE,
        True,
        (_REFUSED, _CHECKS + "a_doubtful_bill_asks_for_care"),
    ),
    Rule(
        "bill.acceptor_kind",
        "a bank acceptance is accepted by a bank or finance company",
        _ORDER_4,
        False,
        (_REFUSED,),
    ),
    Rule(
        "bill.acceptor_overdue",
        "acceptors that pay late are listed; without the list nothing is proven",
        "上海票据交易所 信息披露",
        True,
        (_CHECKS + "without_a_list_the_overdue_check_proves_nothing",),
    ),
    Rule(
        "bill.acceptor_name",
        "a name that a reader takes for a known bank's or firm's, and is not, is suspect",
        "chosen here",
        False,
        (
            _CHECKS + "a_doubtful_bill_asks_for_care",
            _CHECKS + "a_real_neighbour_is_not_taken_for_an_imitation",
            _CHECKS + "a_firm_is_imitated_by_what_reads_like_it_and_not_by_its_neighbours",
            _FRAUD + "nearly_every_forgery_is_found_and_nearly_no_sound_bill_is_suspected",
        ),
    ),
    Rule(
        "bill.acceptor_uscc",
        "the acceptor's 统一社会信用代码 has a right check character",
        _USCC,
        True,
        (_REFUSED,),
    ),
    Rule(
        "bill.trade_background",
        "a real trade stands behind a bill",
        _BILLS_LAW + "第十条",
        False,
        (
            _CHECKS + "a_doubtful_bill_asks_for_care",
            _CHECKS + "a_voided_invoice_is_no_trade_background",
        ),
    ),
    Rule(
        "bill.worth",
        "a bill that no check refuses has a price: its discount today less care for each doubt",
        "chosen here",
        False,
        (
            _WORTH + "a_sound_bill_is_worth_what_the_cheapest_discount_leaves",
            _WORTH + "each_doubt_lowers_the_price_by_its_share_of_the_face_once",
            _WORTH + "a_refused_bill_has_no_price_and_the_summary_says_why",
        ),
    ),
    Rule(
        "bill.concentration",
        "one acceptor's share of the bills on hand is worth a warning",
        "chosen here",
        False,
        (_CHECKS + "concentration_counts_branches_of_one_bank_together",),
    ),
    Rule(
        "bill.maturity",
        "a bill is presented within ten days from maturity",
        _BILLS_LAW + "第五十三、六十五条",
        True,
        (
            _REFUSED,
            _CHECKS + "a_doubtful_bill_asks_for_care",
            _TOOLS + "a_matured_bill_is_proposed_for_presentment_on_a_working_day_in_its_window",
            _HERE + "numbers_of_law_hold_from_their_day",
        ),
        ("bill.presentment_days",),
    ),
    Rule(
        "bill.contingent",
        "endorsed and discounted bills stay contingent liabilities until they are settled",
        "《企业会计准则第13号——或有事项》第十四条",
        True,
        (
            _RECOURSE + "endorsed_and_discounted_bills_are_contingent_liabilities_until_they_are"
            "_settled",
            _RECOURSE + "an_imported_refusal_makes_it_due_and_an_imported_payment_takes_it_back",
        ),
    ),
    Rule(
        "bill.early_settle",
        "a discount for paying early lowers finance cost; cost and input tax stay as invoiced",
        "《企业会计准则——应用指南》会计科目 6603 财务费用; 国税函〔2008〕875号",
        True,
        (
            _EARLY + "paying_in_time_less_the_discount_settles_all_and_lowers_finance_cost",
            _EARLY + "any_other_amount_pays_itself_and_no_more",
            _EARLY + "a_bill_earns_no_discount",
        ),
    ),
    Rule(
        "bill.recourse",
        "recourse ends six months after the refusal, re-recourse three months after one paid",
        _BILLS_LAW + "第十七条",
        True,
        (
            _RECOURSE + "recourse_ends_six_and_three_months_after_the_last_day_of_refusal",
            _RECOURSE + "numbers_of_the_law_of_recourse_hold_from_their_day",
        ),
        ("bill.recourse_months", "bill.rerecourse_months"),
    ),
    Rule(
        "bill.refusal",
        "an acceptor answers within four working days of the request, and the refusal is told to "
        "the one before within three days",
        "《电子商业汇票业务管理办法》第六十条, 票交所发〔2022〕2号; " + _BILLS_LAW + "第六十六条",
        True,
        (
            _RECOURSE + "recourse_ends_six_and_three_months_after_the_last_day_of_refusal",
            _RECOURSE + "numbers_of_the_law_of_recourse_hold_from_their_day",
        ),
        ("bill.answer_days", "bill.refusal_notice_days"),
    ),
    # ── discounting ──────────────────────────────────────────────────────────────────────────
    Rule(
        "discount.interest",
        "face × rate × days / 360, rounded half to even to the fen",
        "market practice",
        True,
        (_MONEY + "the_discount_interest_of_the_rule_books_examples",),
    ),
    Rule(
        "discount.days",
        "days run to maturity, rolled to the next working day",
        "《支付结算办法》",
        True,
        (_QUOTE + "maturity_in_a_holiday_is_charged_until_the_next_working_day",),
    ),
    Rule(
        "discount.remote",
        "three days more for paper whose acceptor is in another place",
        "《支付结算办法》",
        True,
        (_QUOTE + "paper_with_a_remote_acceptor_is_charged_three_days_more",),
        ("bill.remote_days",),
    ),
    Rule(
        "bill.quote",
        "each way to turn a bill into money is priced to the fen, all-in, over the same days",
        "docs/bill-rules.md, quote",
        False,
        (
            _COMPARE + "every_way_is_priced_to_the_fen_by_hand",
            _COMPARE + "an_amount_needed_takes_the_smallest_piece_that_brings_it",
            _COMPARE + "days_roll_over_a_holiday_and_paper_from_elsewhere_pays_three_days_more",
        ),
    ),
    Rule(
        "bill.pledge_ratio",
        "a pledge lends up to its ratio (质押率) of the face, beside what the line gives",
        "docs/bill-rules.md, pledge-ratio",
        False,
        (_COMPARE + "a_line_lends_only_what_is_free_and_a_pledge_lends_beside_it",),
        ("bill.pledge_ppm.bank", "bill.pledge_ppm.trade"),
    ),
    Rule(
        "bill.break_even",
        "discounting is cheaper than a loan on the days that trying each of them says",
        "docs/bill-rules.md, break-even",
        False,
        (
            _COMPARE + "a_loan_with_a_fee_makes_discounting_cheaper_from_a_day_on",
            _COMPARE + "a_curve_that_rises_and_falls_turns_the_answer_more_than_once",
            _COMPARE + "break_even_is_what_trying_each_working_day_says",
        ),
    ),
    # ── money, codes, days ───────────────────────────────────────────────────────────────────
    Rule(
        "money.capitals_written",
        "大写金额 as banks and tax forms want them: 零 inside, 整 at the end, 角 and 分",
        "《支付结算办法》附一 正确填写票据和结算凭证的基本规定",
        False,
        (_MONEY + "capital_numerals_are_written_by_the_rule",),
    ),
    Rule(
        "money.capitals_read",
        "the variants in use are read, a malformed amount yields none",
        "《支付结算办法》附一",
        False,
        (
            _MONEY + "the_variants_in_use_are_read",
            _MONEY + "a_malformed_capital_amount_yields_no_amount",
            _MONEY + "capital_numerals_are_read_back_as_written",
        ),
    ),
    Rule(
        "code.uscc",
        "a 统一社会信用代码 has 18 characters and a right check character",
        _USCC,
        True,
        (
            _READ + "einvoice.py::test_own_code_must_be_a_right_one",
            _READ + "einvoice.py::test_read_leniently_a_wrong_code_is_left_out_with_a_note",
            _READ + "bills.py::test_a_wrong_acceptor_code_is_an_error_unless_read_leniently",
        ),
    ),
    Rule(
        "days.official",
        "working days are those of the State Council's yearly notice, 调休 included",
        "国务院办公厅关于部分节假日安排的通知",
        True,
        (
            _DAYS + "every_day_since_2004_agrees_with_chinesecalendar",
            _DAYS + "a_bill_due_on_national_day_2026_is_paid_on_the_eighth",
        ),
    ),
    Rule(
        "days.estimated",
        "a year without its notice is estimated from the statutory days and says so",
        "《全国年节及纪念日放假办法》",
        True,
        (_DAYS + "a_year_without_a_notice_is_estimated_from_the_statutory_days",),
    ),
    # ── payments, rates, tax ─────────────────────────────────────────────────────────────────
    Rule(
        "pay.public",
        "public bodies pay small firms within 30 days, 60 at most where agreed",
        _ORDER_802,
        True,
        (
            _HERE + "numbers_of_law_hold_from_their_day",
            _NEED + "before_a_rule_on_payment_days_the_lag_is_an_assumption",
        ),
        (
            "finance.public_payment_days",
            "finance.public_payment_days_most",
            "tender.public_pay_days",
        ),
    ),
    Rule(
        "pay.large_firms",
        "large firms pay small ones within 60 days",
        _ORDER_802,
        True,
        (_HERE + "numbers_of_law_hold_from_their_day",),
        ("finance.large_firm_payment_days",),
    ),
    Rule(
        "pay.late_interest",
        "0.05 % a day on late payments where no rate is agreed",
        _ORDER_802,
        True,
        (
            _HERE + "numbers_of_law_hold_from_their_day",
            _ENGINE + "late_interest_runs_on_all_that_is_owed_at_half_a_permille_a_day",
        ),
        ("finance.late_interest_day_ppm",),
    ),
    Rule(
        "rate.lpr",
        "a loan prime rate holds from the day of its fixing",
        "National Interbank Funding Center",
        True,
        (
            "tests/core/test_parameters.py::test_the_loan_prime_rate_is_the_one_in_force_that_day",
            "tests/core/test_parameters.py::test_the_rate_table_follows_the_shipped_fixings",
        ),
        ("rates.lpr_1y_ppm", "rates.lpr_5y_ppm"),
    ),
    Rule(
        "rate.money_fund",
        "the yield of money funds is the median published for its day",
        "median seven-day yield of money funds",
        True,
        (_HERE + "numbers_of_law_hold_from_their_day",),
        ("finance.money_fund_ppm",),
    ),
    Rule(
        "tax.vat_small_scale",
        "small-scale taxpayers: ¥100,000 a month exempt, 3 % levied at 1 %",
        "财政部 税务总局公告2023年第1号, 2023年第19号",
        True,
        (_HERE + "numbers_of_law_hold_from_their_day",),
        ("tax.vat_small_scale_exempt_month", "tax.vat_small_scale_ppm"),
    ),
    Rule(
        "tax.vat_general",
        "general taxpayers pay output less input tax each month and carry what is over",
        "《增值税暂行条例》第4条; the 2026 VAT law is not checked",
        False,
        (
            _TAXES + "a_general_taxpayer_pays_output_less_input_and_carries_what_is_over",
            _TAXES + "carried_credit_loses_no_input_tax",
        ),
        ("tax.vat_small_scale_year", "tax.vat_goods_ppm", "tax.vat_works_ppm"),
    ),
    Rule(
        "tax.surcharges",
        "城建税, 教育费附加 and 地方教育附加 are 12 % of VAT in cities, half for small firms",
        "《城市维护建设税法》; 财政部 税务总局公告2023年第12号",
        False,
        (_TAXES + "surcharges_of_a_small_firm_are_half_of_twelve_per_cent_of_vat",),
        ("tax.city_maintenance_ppm", "tax.education_ppm", "tax.surcharge_share_ppm"),
    ),
    Rule(
        "tax.income",
        "small low-profit firms pay 5 % until 2027, others 25 %; individual businesses by steps",
        "财政部 税务总局公告2023年第6号, 第12号; 《个人所得税法》",
        False,
        (
            _TAXES + "income_tax_of_companies_jumps_where_they_are_no_longer_small",
            _TAXES + "an_individual_business_pays_half_of_progressive_steps_after_its_allowance",
            _TAXES + "the_law_changes_on_its_dates",
        ),
        ("tax.income_small_ppm", "tax.income_small_year", "tax.business_steps"),
    ),
    Rule(
        "tax.deadline",
        "returns are due on the 15th; three free days in a row within the term lengthen it",
        "《税收征收管理法实施细则》第109条",
        False,
        (_TAXES + "deadlines_fall_after_the_holidays_of_their_month",),
        ("tax.filing_day", "tax.filing_long_holiday_days"),
    ),
    Rule(
        "tax.social",
        "employer and staff contribute to insurance and housing fund on part of the wage",
        "国办发〔2019〕13号; 《住房公积金管理条例》第18条",
        False,
        (_TAXES + "labour_cost_is_wages_and_contributions_to_the_fen",),
        ("social.pension_employer_ppm", "social.housing_employer_ppm", "social.base_ppm"),
    ),
    # ── tenders ──────────────────────────────────────────────────────────────────────────────
    Rule(
        "tender.bond",
        "a bid bond is at most 2 % of the estimate",
        "《招标投标法实施条例》第26条",
        True,
        (
            _GATE + "bonds_and_retention_above_the_legal_limit_are_flagged_with_their_rule",
            _GATE + "chinese_limits_are_not_applied_to_a_foreign_tender",
            _HERE + "numbers_of_law_hold_from_their_day",
        ),
        ("tender.bond_max_ppm",),
    ),
    Rule(
        "tender.retention",
        "retention is at most 3 % of the settlement",
        "《建设工程质量保证金管理办法》(建质〔2017〕138号)",
        True,
        (
            _GATE + "bonds_and_retention_above_the_legal_limit_are_flagged_with_their_rule",
            _HERE + "numbers_of_law_hold_from_their_day",
        ),
        ("tender.retention_max_ppm",),
    ),
    Rule(
        "tender.last_day",
        "a bid may be made on the last day and not after",
        "《招标投标法》第28条",
        False,
        (_GATE + "a_bid_may_be_made_on_the_last_day_and_not_after",),
    ),
    Rule(
        "tender.notice",
        "at least 20 days lie between notice and last day",
        "《招标投标法》第24条",
        False,
        (_GATE + "a_short_notice_is_flagged",),
    ),
    Rule(
        "tender.scoring",
        "综合评分法: total = technical + business + base / adjusted bid × weight × 100, base = the "
        "lowest adjusted bid; equal totals go to the lower price",
        "《政府采购货物和服务招标投标管理办法》财政部令第87号 第55、57条",
        True,
        (
            _MARKET + "three_bids_by_scoring_as_counted_by_hand",
            _MARKET + "equal_scores_go_to_the_lower_price_then_to_the_better_offer",
            _POINTS + "a_score_without_deductions",
            _POINTS + "equal_points_go_to_the_lower_bid_then_to_the_better_technical_offer",
            _POINTS + "points_are_rounded_half_up_to_two_decimals",
        ),
    ),
    Rule(
        "tender.lowest_price",
        "最低评标价法: the lowest price after deductions wins; the contract is made at the bid",
        "《政府采购货物和服务招标投标管理办法》财政部令第87号 第54条",
        True,
        (_POINTS + "the_lowest_evaluated_price_wins_and_is_not_the_contract_price",),
    ),
    Rule(
        "tender.benchmark",
        "综合评估法: price points fall by what the documents state for each 1 % above or below a "
        "benchmark taken from the valid bids (mean, trimmed, dropped, mixed with the ceiling)",
        "《标准施工招标文件》(2007) 评标办法, from memory",
        False,
        (
            _DEVIATION + "benchmarks_of_five_bids_by_each_published_rule",
            _DEVIATION + "deviation_points_of_a_mean",
            _DEVIATION + "a_mean_that_is_dropped_favours_who_bids_below_the_others",
        ),
    ),
    Rule(
        "tender.reviewed_lowest",
        "经评审的最低投标价法: the lowest bid wins after what the documents add to it",
        "《招标投标法》第41条, 《标准施工招标文件》(2007), from memory",
        False,
        (_DEVIATION + "the_lowest_evaluated_bid_counts_what_the_documents_add",),
    ),
    Rule(
        "tender.domestic",
        "domestic products are compared at a price less 20 % where foreign ones compete",
        "国办发〔2025〕34号, from 2026-01-01",
        True,
        (
            _POINTS + "a_consortium_and_domestic_products_are_deducted_too",
            _POINTS + "the_deductions_are_those_of_the_law_of_the_day",
        ),
        ("tender.domestic_preference_ppm",),
    ),
    Rule(
        "tender.three_bids",
        "fewer than three bids void a tender",
        "《政府采购法》第36条, from memory",
        False,
        (_MARKET + "fewer_than_three_bids_void_the_tender",),
    ),
    Rule(
        "tender.preference",
        "small firms' bids are compared after a deduction; the contract is made at the bid itself",
        "财库〔2020〕46号, 财库〔2022〕19号",
        True,
        (
            _MARKET + "three_bids_by_lowest_price_as_counted_by_hand",
            _MARKET + "a_contract_pays_the_price_that_was_bid",
            _POINTS + "a_small_firm_is_scored_at_its_price_less_ten_per_cent_and_contracted_at_"
            "its_bid",
            _POINTS + "the_deductions_are_those_of_the_law_of_the_day",
        ),
        ("tender.sme_deduction_ppm", "tender.consortium_deduction_ppm"),
    ),
    Rule(
        "tender.words_govern",
        "where a price in figures and in 大写 differ, 大写 governs",
        "财政部令第87号第59条, from memory",
        False,
        (_BID + "price_in_words_governs_and_a_difference_is_flagged",),
    ),
    Rule(
        "tender.ceiling",
        "a bid above the ceiling or the budget is void",
        "财政部令第87号第63条, from memory",
        False,
        (_BID + "a_price_above_the_ceiling_is_refused_and_not_answered",),
    ),
    Rule(
        "tender.sme_size",
        "a firm is of the largest class all of whose floors it reaches; micro below all",
        "《中小企业划型标准规定》(工信部联企业〔2011〕300号), from memory",
        False,
        (
            _BID + "a_size_class_is_the_largest_whose_floors_are_all_reached",
            _BID + "the_sme_declaration_is_complete_only_when_the_books_bear_it",
        ),
    ),
    Rule(
        "contract.back_to_back",
        "a third party's payment may not be made a condition of payment to a small firm",
        _ORDER_802,
        True,
        (_CONTRACT + "terms_that_the_law_forbids_are_flagged_with_their_rule",),
    ),
    Rule(
        "contract.pay_days",
        "public bodies pay within 30 days, at most 60 where agreed; large firms within 60",
        _ORDER_802,
        True,
        (
            _CONTRACT + "terms_that_the_law_forbids_are_flagged_with_their_rule",
            _CONTRACT + "terms_that_the_law_allows_are_not_flagged",
            _CONTRACT + "days_between_the_usual_and_the_most_are_said_not_warned_of",
        ),
    ),
    Rule(
        "contract.forced_bills",
        "bills and electronic receipts may not be forced on a small firm as payment",
        _ORDER_802,
        True,
        (_CONTRACT + "terms_that_the_law_forbids_are_flagged_with_their_rule",),
    ),
    Rule(
        "contract.guarantee_refused",
        "a guarantee is accepted in place of a bond in cash",
        _ORDER_802,
        True,
        (_CONTRACT + "terms_that_the_law_forbids_are_flagged_with_their_rule",),
    ),
    Rule(
        "contract.limits",
        "a performance bond is at most 10 % of the price, retention 3 % of the settlement",
        "《招标投标法实施条例》第58条, from memory; 建质〔2017〕138号",
        False,
        (_CONTRACT + "bonds_and_retention_above_the_limit_are_flagged",),
    ),
    Rule(
        "contract.late_release",
        "a bid bond is back within 5 days of the contract; late payments bear interest",
        "《招标投标法实施条例》第57条, from memory; " + _ORDER_802,
        False,
        (
            _BONDS + "late_releases_and_payments_are_flagged_with_days_and_interest",
            _BONDS + "money_that_came_in_is_not_asked_for_again",
        ),
    ),
    Rule(
        "bill.overdue_list",
        "three late bills in six months, and one late or overdue in the month, list an acceptor; "
        "listed three times in six months, no institution takes its bills for two years",
        "《商业汇票承兑、贴现与再贴现管理办法》; 上海票据交易所 商业汇票信息披露",
        True,
        (
            _INDUSTRY + "an_acceptor_is_listed_by_the_rule_as_counted_by_hand",
            _INDUSTRY + "who_is_listed_three_times_in_six_months_is_barred_for_two_years",
        ),
    ),
    # ── formats: one rule per kind of file ───────────────────────────────────────────────────
    Rule(
        "format.wechat",
        "refunds and 中性交易 are never sales; the counters agree with the rows",
        "the files themselves (微信支付账单)",
        True,
        (
            _READ + "wechat.py::test_refunds_and_neutral_rows_are_never_sales",
            _READ + "wechat.py::test_counters_that_disagree_are_an_error_naming_both",
        ),
    ),
    Rule(
        "format.alipay",
        "both layouts are read; 不计收支 is never a sale; the footer agrees with the rows",
        "the files themselves (支付宝账单)",
        True,
        (
            _READ + "alipay.py::test_the_apps_layout",
            _READ + "alipay.py::test_the_older_web_layout_with_its_footer",
            _READ + "alipay.py::test_a_footer_counter_that_disagrees_is_an_error",
        ),
    ),
    Rule(
        "format.statement",
        "every balance follows from the one before",
        "the files themselves (对公明细)",
        True,
        (
            _READ + "statement.py::test_icbc_newest_first_is_put_in_order_with_its_opening",
            _READ + "statement.py::test_a_missing_line_breaks_the_balance_and_is_named",
        ),
    ),
    Rule(
        "format.camt053",
        "only booked entries count; opening and closing balance agree with them",
        "ISO 20022 message definition report, camt.053.001",
        True,
        (
            _READ
            + "camt053.py::test_booked_entries_with_opening_reversal_and_a_pending_one_refused",
            _READ + "camt053.py::test_a_wrong_statement_is_one_clear_line",
            _READ + "camt053.py::test_what_we_write_another_library_reads",
        ),
    ),
    Rule(
        "format.xml_entities",
        "a document type or entity in XML is refused",
        "CWE-611, CWE-776",
        True,
        (
            _READ + "camt053.py::test_document_types_and_entities_are_refused",
            _READ + "einvoice.py::test_a_bad_xml_names_the_element",
        ),
    ),
    Rule(
        "format.einvoice",
        "one 数电票 as XML says what the list says",
        "国家税务总局 全电发票 (数电票) XML",
        True,
        (_READ + "einvoice.py::test_an_xml_invoice_says_what_the_list_says",),
    ),
    Rule(
        "format.einvoice_list",
        "作废 counts nothing, a red invoice takes its amount back, a reversed one stays",
        "电子发票服务平台 list of invoices",
        True,
        (_READ + "einvoice.py::test_red_void_and_reversed_invoices_keep_their_meaning",),
    ),
    Rule(
        "format.bills",
        "a number stored as a spreadsheet number has lost digits and is refused",
        "IEEE 754: 15 digits",
        True,
        (
            _READ + "bills.py::test_a_number_stored_as_a_spreadsheet_number_has_lost_digits",
            _READ + "bills.py::test_a_holding_is_a_sub_range_whose_length_is_its_amount",
        ),
    ),
    Rule(
        "bill.amount_in_words",
        "words and figures of a bill's amount agree, or the bill is void",
        _BILLS_LAW + "第八条",
        True,
        (_READ + "bills.py::test_words_and_figures_say_one_amount_or_the_bill_is_void",),
    ),
    Rule(
        "bill.later_states",
        "a bill that is over does not live again, none goes back before its receipt, and an "
        "endorsed one is on hand again before maturity only endorsed back",
        _SHCPE + "; " + _BILLS_LAW + "第三十一条",
        True,
        (
            _COURSE + "what_is_impossible_is_refused_by_name_and_nothing_is_taken",
            _COURSE + "an_endorsed_bill_is_not_on_hand_again_unless_endorsed_back",
        ),
    ),
    Rule(
        "format.places",
        "each cell of a place becomes its field in whole units, or is refused by line and column",
        "the record models of this repository (own format)",
        True,
        (
            _READ + "places.py::test_every_cell_of_a_place_becomes_its_field",
            _READ + "places.py::test_what_is_wrong_in_a_place_is_named_with_its_line",
        ),
    ),
    Rule(
        "format.peers",
        "an index is known from its publication, else from the month's last day",
        "the record models of this repository (own format)",
        True,
        (_READ + "places.py::test_an_index_is_read_in_thousandths_and_known_at_the_months_end",),
    ),
    Rule(
        "format.invoices",
        "taken and refused values add up to the file",
        "the files themselves (Online Retail II)",
        True,
        (
            _READ + "invoices.py::test_taken_and_refused_values_add_up_to_the_file",
            _READ + "invoices.py::test_the_wholesalers_year_is_taken_to_the_penny",
        ),
    ),
    Rule(
        "format.notice",
        "a notice is read field by field, each as the official format writes it",
        "财办库〔2020〕50号 政府采购公告和公示信息格式规范（2020年版）",
        True,
        (
            _READ + "notice.py::test_a_notice_in_the_official_format_is_read_field_by_field",
            _READ
            + "notice.py::test_capitals_govern_where_they_differ_from_figures_and_that_is_flagged",
        ),
    ),
    Rule(
        "format.ocds",
        "the releases of a process merge into one record per day",
        "Open Contracting Data Standard 1.1, merging",
        True,
        (
            _READ + "ocds.py::test_merging_follows_the_standard",
            _READ + "ocds.py::test_merging_takes_the_new_scalars_and_keeps_what_is_not_mentioned",
            _READ + "ocds.py::test_books_of_a_day_know_the_notices_of_that_day_and_no_later_one",
        ),
    ),
    Rule(
        "format.records",
        "a record written as a JSON line is taken as it is written, or refused by its field",
        "the record models of this repository",
        True,
        (
            _READ + "records.py::test_a_credit_line_comes_in_as_it_is_written",
            _READ + "records.py::test_a_bad_line_is_named_with_its_field",
        ),
    ),
    Rule(
        "format.beancount",
        "the exported ledger is what beancount itself reads and balances",
        "beancount v3",
        True,
        (_READ + "beancount.py::test_beancount_loads_the_ledger_and_agrees",),
    ),
    # ── MCP ──────────────────────────────────────────────────────────────────────────────────
    Rule(
        "mcp.schemas",
        "input and output schemas are objects of JSON Schema 2020-12, exact and flat",
        _MCP_SPEC + ", tools",
        True,
        (_MCP + "every_installed_tool_is_listed_with_flat_exact_schemas",),
    ),
    Rule(
        "mcp.structured",
        "structured content fits the output schema and stands as text too",
        _MCP_SPEC + ", tools: structured content",
        True,
        (_MCP + "a_call_answers_with_structured_content_that_its_schema_describes",),
    ),
    Rule(
        "mcp.tool_errors",
        "what the model can mend is a result with isError, extra arguments too",
        _MCP_SPEC + ", tools: error handling",
        True,
        (_MCP + "bad_arguments_come_back_as_an_error_that_the_model_can_mend",),
    ),
    Rule(
        "mcp.unknown_tool",
        "an unknown tool is a protocol error, -32602",
        _MCP_SPEC + ", tools: error handling",
        True,
        (_MCP + "an_unknown_tool_is_a_protocol_error_that_names_the_tools",),
    ),
    Rule(
        "mcp.transports",
        "stdio and streamable HTTP serve old and new clients",
        _MCP_SPEC + ", transports",
        True,
        (_MCP + "it_serves_over_stdio", _MCP + "it_serves_over_streamable_http_on_loopback_only"),
    ),
    Rule(
        "mcp.loopback",
        "a server without sign-in listens on loopback only",
        _MCP_SPEC + ", transports: security",
        True,
        (
            _MCP + "an_address_that_others_can_reach_is_refused",
            "tests/mcp/test_http_host.py::test_another_host_or_origin_is_refused",
        ),
    ),
    Rule(
        "mcp.parse_error",
        "what cannot be read is answered with -32700, what is no message with -32600",
        "JSON-RPC 2.0, 5.1",
        True,
        (_LINES + "a_line_that_is_no_message_is_answered",),
    ),
    Rule(
        "mcp.request_state",
        "requestState is an attacker's: sealed, bound to request and asker, good once",
        _MCP_SPEC + ", multi round-trip requests",
        True,
        (
            _APPROVING + "a_state_is_good_for_one_answer",
            _APPROVING + "a_state_is_bound_to_proposal_key_and_time",
            _APPROVING + "no_flipped_character_of_a_state_is_taken",
        ),
    ),
    Rule(
        "mcp.elicitation",
        "a form goes only to a client that declares it, and only accept is a yes",
        _MCP_SPEC + ", elicitation",
        True,
        (
            _APPROVING + "a_client_without_forms_is_told_how_to_approve_elsewhere",
            _APPROVING + "anything_but_a_clear_yes_moves_no_money",
        ),
    ),
    Rule(
        "auth.resource_metadata",
        "a resource server says what it is and who issues its tokens",
        "RFC 9728",
        True,
        (_SIGN_IN + "the_metadata_names_resource_issuer_and_scopes",),
    ),
    Rule(
        "auth.challenge",
        "401 and 403 name the scopes that are missing",
        "RFC 6750, 3; " + _MCP_SPEC + ", authorization",
        True,
        (
            _SIGN_IN + "who_lacks_a_scope_is_told_which",
            _SIGN_IN + "a_token_that_is_not_believed_says_so",
        ),
    ),
    Rule(
        "auth.token",
        "a token has the issuer's signature, our address as audience, and its time is now",
        "RFC 8707, RFC 8725, RFC 9068",
        True,
        (
            _SIGN_IN + "a_claim_that_does_not_fit_is_refused",
            _SIGN_IN + "a_token_that_the_issuer_did_not_sign_is_refused",
        ),
    ),
    Rule(
        "auth.keys",
        "keys are those of the issuer that the metadata names, and change when it changes them",
        "OpenID Connect Discovery 1.0, RFC 8414, RFC 7517",
        True,
        (
            _SIGN_IN + "keys_are_kept_and_a_new_one_is_found",
            _SIGN_IN + "metadata_of_somebody_else_gives_no_keys",
        ),
    ),
    Rule(
        "auth.merchant",
        "one merchant's token never reads another's books",
        "chosen here",
        True,
        (
            _SIGN_IN + "one_merchants_token_never_reads_anothers_books",
            _SIGN_IN + "a_session_of_one_merchant_does_not_exist_for_another",
        ),
    ),
    Rule(
        "auth.pkce",
        "an authorization code is good once, for its client, with its verifier",
        "OAuth 2.1, RFC 7636",
        True,
        (
            _TRY + "a_code_and_a_refresh_token_are_good_once",
            _TRY + "a_code_is_good_only_for_whom_it_was_given",
        ),
    ),
    # ── books and safety ─────────────────────────────────────────────────────────────────────
    Rule(
        "books.balanced",
        "every entry sums to zero",
        "double-entry book-keeping",
        True,
        ("tests/books/test_posting.py::test_every_entry_sums_to_zero",),
    ),
    Rule(
        "books.refund",
        "a refund is never a sale",
        "chosen here",
        True,
        ("tests/books/test_posting.py::test_a_refund_is_never_a_sale",),
    ),
    Rule(
        "books.no_future",
        "nothing known only later is ever visible",
        "chosen here",
        True,
        (
            "tests/books/test_store.py::test_a_snapshot_never_shows_what_was_known_later",
            "sim/tests/test_no_future.py::test_the_books_of_a_day_hold_nothing_of_the_days_after",
        ),
    ),
    Rule(
        "safety.denies",
        "an action that no rule names is denied",
        "chosen here",
        True,
        (_POLICY + "a_kind_without_a_rule_is_denied",),
    ),
    Rule(
        "safety.asks",
        "by default nothing happens without a person",
        "chosen here",
        True,
        (_POLICY + "the_default_policy_allows_nothing_without_a_person",),
    ),
    Rule(
        "safety.windows",
        "a limit over days holds in every window that contains the action's day",
        "chosen here",
        True,
        (
            "tests/safety/test_spending.py::test_parts_pass_no_window_and_none_is_refused_within_all",
        ),
    ),
    Rule(
        "safety.look_alikes",
        "names that confusable characters make look the same are held for the same",
        "Unicode Technical Standard 39, confusables",
        True,
        ("tests/safety/test_payees.py::test_what_the_eye_cannot_tell_apart_is_alike",),
    ),
    Rule(
        "safety.mandates",
        "a mandate stands for one person and never allows what the policy denies",
        "chosen here",
        True,
        (
            "tests/safety/test_mandates.py::test_within_a_mandate_no_person_is_asked",
            "tests/safety/test_mandates.py::test_a_mandate_never_allows_what_the_policy_denies",
        ),
    ),
    Rule(
        "safety.once",
        "one key, one effect, whoever writes and whenever it is killed",
        "chosen here",
        True,
        (
            "tests/safety/test_commit.py::test_writers_with_one_key_have_one_effect",
            "tests/safety/test_kill.py::test_six_kills_lose_and_double_nothing",
        ),
    ),
    Rule(
        "safety.pending",
        "a pending action reserves and moves nothing; it is settled or voided, once",
        "TigerBeetle, two-phase transfers",
        True,
        (
            _HOLDS + "a_pending_payment_takes_nothing_and_reserves_everything",
            _HOLDS + "settling_posts_what_was_held_once",
            _HOLDS + "a_voided_payment_gives_its_money_back",
            _HOLDS + "a_hold_is_free_again_the_day_after_its_last_one",
            _HOLDS + "what_ended_stays_as_it_ended",
        ),
    ),
    Rule(
        "safety.linked",
        "linked actions are all done or none, each after those before it",
        "TigerBeetle, linked events",
        True,
        (
            _GROUPS + "linked_actions_are_all_done_or_none",
            _GROUPS + "linked_actions_see_what_those_before_them_did",
        ),
    ),
    Rule(
        "safety.group",
        "a group of actions answers as its actions one by one",
        "chosen here",
        True,
        (
            _GROUPS + "a_group_answers_as_its_actions_one_by_one",
            _GROUPS + "a_refused_action_stops_no_other_of_its_group",
        ),
    ),
    Rule(
        "safety.flags",
        "an account never does what its flag forbids, on any day the books know of",
        "TigerBeetle, account flags",
        True,
        (
            _GROUPS + "own_cash_is_flagged_unless_the_books_say_otherwise",
            _GROUPS + "a_flag_counts_on_every_later_day",
        ),
    ),
    Rule(
        "audit.chain",
        "a changed, removed, added or swapped row is found",
        "chosen here",
        True,
        (
            _AUDIT + "a_change_in_any_column_of_the_first_and_last_row_is_found",
            _AUDIT + "a_removed_or_added_row_is_found",
            _AUDIT + "swapped_rows_are_found",
        ),
    ),
    Rule(
        "text.never_decides",
        "text that strangers wrote never chooses what runs",
        "OWASP LLM01",
        True,
        ("tests/composition/test_goals.py::test_text_of_records_never_decides_which_tool_runs",),
    ),
    Rule(
        "text.changes_words_only",
        "text that strangers wrote changes no number, party or day of the books",
        "OWASP LLM01",
        True,
        (
            _FAULTS + "injections.py::test_no_text_whatever_changes_anything_but_words",
            _READ + "strangers_words.py::test_words_of_a_payer_leave_a_receipt_a_receipt",
        ),
    ),
    Rule(
        "text.pays_nobody",
        "what a text asks for is not carried out without a person, whatever a tool says of it",
        "AgentDojo, arXiv 2406.13352, banking suite v1.2.2; own corpus",
        True,
        (
            _FAULTS + "injections.py::test_who_obeys_every_text_pays_nobody_without_a_person",
            _FAULTS + "agentdojo.py::test_who_obeys_every_goal_gets_none_past_a_careful_person",
        ),
    ),
)
