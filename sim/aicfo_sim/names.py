"""Accounts, channels and lenders of synthetic merchants, by the ids that their records bear."""

from __future__ import annotations

CHANNELS = {
    "shop": ("wechat", "alipay"),
    "ecommerce": ("taobao", "douyin", "wechat"),
    "contractor": ("wechat",),
    "manufacturer": ("wechat",),
    "restaurant": ("wechat", "alipay", "meituan"),
    "farmer": ("wechat",),
}
"""Sales channels in the order of the takings table."""

WALLETS = {"wechat": "WECHAT", "alipay": "ALIPAY"}
"""Channels that are wallets: takings are own money at once and reach the bank the next day."""

BANK = "BANK"
FUND_ID = "FUND-1"
WEALTH_ID = "FUND-2"
STORE = "STORE-1"

LENDERS = ("城市商业银行", "网络小贷")
