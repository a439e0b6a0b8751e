"""The tender market among agents: PettingZoo's own test, and what bids come to."""

from __future__ import annotations

import numpy as np
import pytest

from aicfo_sdk.errors import InputError

pettingzoo_test = pytest.importorskip("pettingzoo.test")


def episode(actions: dict[str, int], *, seed: int = 3, rounds: int = 60):
    from aicfo_sim.tender_env import TenderMarketEnv

    env = TenderMarketEnv(rounds=rounds)
    env.reset(seed=seed)
    total = dict.fromkeys(env.possible_agents, 0.0)
    won = dict.fromkeys(env.possible_agents, 0)
    while env.agents:
        _, rewards, _, _, infos = env.step({agent: actions[agent] for agent in env.agents})
        for agent, reward in rewards.items():
            total[agent] += reward
            won[agent] += bool(infos[agent]["won"])
    return total, won


def test_the_environment_passes_the_librarys_own_test() -> None:
    from aicfo_sim.tender_env import TenderMarketEnv

    pettingzoo_test.parallel_api_test(TenderMarketEnv(), num_cycles=60)


def test_equal_seeds_and_actions_give_equal_episodes() -> None:
    actions = {f"bidder_{n}": 6 + n for n in range(4)}
    assert episode(actions) == episode(actions)
    assert episode(actions) != episode(actions, seed=4)


def test_who_asks_less_wins_more_and_earns_less_on_each() -> None:
    alike = {f"bidder_{n}": 9 for n in range(4)}
    cheap, won = episode(alike | {"bidder_0": 1}, rounds=300)
    dear, fewer = episode(alike | {"bidder_0": 17}, rounds=300)
    assert won["bidder_0"] > fewer["bidder_0"] > 0
    assert cheap["bidder_0"] / won["bidder_0"] < dear["bidder_0"] / fewer["bidder_0"]


def test_two_bids_award_nothing() -> None:
    _, won = episode({"bidder_0": 9, "bidder_1": 9, "bidder_2": 0, "bidder_3": 0})
    assert sum(won.values()) == 0


def test_what_is_no_action_is_refused() -> None:
    from aicfo_sim.tender_env import MARKUPS, TenderMarketEnv

    env = TenderMarketEnv()
    seen, _ = env.reset(seed=1)
    assert all(np.isfinite(one).all() for one in seen.values())
    with pytest.raises(InputError, match="not an action"):
        env.step(dict.fromkeys(env.agents, MARKUPS))
    with pytest.raises(InputError, match="bidders out of bounds"):
        TenderMarketEnv(bidders=2)
