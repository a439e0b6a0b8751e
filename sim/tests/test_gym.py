"""The environment: the library's own check, seeds, and the owner's habit as actions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import gymnasium
import numpy as np
import pytest
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.gym import ACTIONS, ID, OBSERVED, OWNER, MerchantEnv
from aicfo_sim.outcome import wealth
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from gymnasium.utils.env_checker import check_env

from aicfo_sdk.errors import InputError, NotFound

DAYS, SEED = 30, 7


def _episode(
    env: MerchantEnv, action: tuple[int, ...], *, seed: int = SEED
) -> tuple[list[float], list[list[float]], dict[str, object]]:
    state, info = env.reset(seed=seed)
    rewards, seen = list[float](), [state.tolist()]
    over = False
    while not over:
        state, reward, closed, ended, info = env.step(np.array(action))
        rewards.append(reward)
        seen.append(state.tolist())
        over = closed or ended
    return rewards, seen, info


def test_the_environment_passes_the_librarys_own_checker() -> None:
    check_env(MerchantEnv(archetype="shop", days=DAYS), skip_render_check=True)


def test_the_environment_is_made_by_its_registered_id() -> None:
    env = gymnasium.make(ID, archetype="shop", days=DAYS)
    assert isinstance(env.unwrapped, MerchantEnv)
    state, _ = env.reset(seed=SEED)
    assert env.observation_space.contains(state)


@pytest.mark.parametrize("archetype", ["shop", "contractor"])
def test_the_owners_habit_as_actions_gives_the_owners_outcome(archetype: str) -> None:
    rewards, _, info = _episode(MerchantEnv(archetype=archetype, days=DAYS), OWNER)
    where = world(replace(load("default"), mix={archetype: 1}), days=DAYS, seed=SEED)
    block = draw_block(where, [where.who(0)])
    state, first = State(block), where.scenario.warmup_days
    live(Run(block, state, Owner()), 0, first)
    before = int(wealth(block, state, first)[0])
    live(Run(block, state, Owner()), first, where.total)
    after = int(wealth(block, state, where.total)[0])
    assert info["wealth"] == after
    assert sum(rewards) == pytest.approx((after - before) / 100, abs=0.01)


def test_equal_seeds_give_equal_episodes_and_other_seeds_others() -> None:
    env = MerchantEnv(archetype="shop", days=DAYS)
    one, again, other = (_episode(env, OWNER, seed=seed) for seed in (1, 1, 2))
    assert one == again != other


def test_putting_spare_cash_away_is_another_year_than_the_owners() -> None:
    env = MerchantEnv(archetype="shop", days=DAYS)
    idle, put = _episode(env, OWNER), _episode(env, (1, 1, 0, 3, 1))
    fund = OBSERVED.index("fund")
    assert max(row[fund] for row in idle[1]) == 0 < max(row[fund] for row in put[1])
    assert sum(put[0]) > sum(idle[0])


@pytest.mark.parametrize("entry", range(len(ACTIONS)))
def test_every_value_of_every_choice_keeps_the_books_balanced(entry: int) -> None:
    env = MerchantEnv(archetype="contractor", days=DAYS)
    for value in range(len(list(ACTIONS.values())[entry])):
        action: list[int] = list(OWNER)
        action[entry] = value
        # The ledger is checked at the end of an episode.
        rewards, _, _ = _episode(env, tuple(action))
        assert rewards


def test_what_is_no_action_or_no_archetype_is_refused() -> None:
    env = MerchantEnv(archetype="shop", days=DAYS)
    env.reset(seed=SEED)
    with pytest.raises(InputError, match="not an action"):
        env.step(np.array([9, 0, 0, 0, 0]))
    with pytest.raises(NotFound):
        MerchantEnv(archetype="bakery")
    with pytest.raises(InputError, match="days"):
        MerchantEnv(days=1)


def test_nothing_else_of_the_simulator_imports_gymnasium() -> None:
    code = (
        "import sys, aicfo_sim, aicfo_sim.experiment, aicfo_sim.policies.cfo;"
        "sys.exit('gymnasium' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
