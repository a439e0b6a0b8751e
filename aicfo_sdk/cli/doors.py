"""How `aicfo serve --http` lets people in: openly on this machine, by a file of tokens, by an
OpenID Connect provider, or by a page of its own to try sign-in with."""

from __future__ import annotations

import argparse
import ipaddress
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .arguments import note, session
from .desk import person

if TYPE_CHECKING:
    from ..config import SignInRules
    from ..orchestrator.session import Session


def check_doors(options: argparse.Namespace, rules: SignInRules | None) -> None:
    """Check that one way in is given, and that nothing stands open by it. Raises: InputError."""
    from ..mcp.transports import check_reach, parse_address

    if options.http is None:
        for name in ("token_file", "public_url", "trusted_proxy", "try_sign_in"):
            if getattr(options, name):
                flag = f"--{name.replace('_', '-')}"
                raise InputError("nobody signs in over stdio", value=flag, mend="give --http")
        return
    ways = {
        "--token-file": options.token_file is not None,
        "--try-sign-in": options.try_sign_in,
        "[sign_in] of the configuration": rules is not None,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if len(given) > 1:
        raise InputError("two ways to sign in", value=" and ".join(given), mend="choose one")
    if rules is not None and options.books is not None:
        raise InputError(
            "each token has its own books",
            value=options.books,
            where="--books",
            mend="name them in [sign_in.merchants]",
        )
    host, _ = parse_address(options.http)
    signed_in = rules is not None
    check_reach(host, options.token_file, options.public_url, signed_in=signed_in)
    trusted_proxies(options)


def trusted_proxies(options: argparse.Namespace) -> list[str]:
    """Return whose word is taken for the address that a request came from: none without a proxy in
    front. Raises: InputError.

    Each address has its own rate; whoever else says X-Forwarded-For is not believed.
    """
    given: list[str] = options.trusted_proxy
    if options.public_url is None:
        if given:
            mend = "give --public-url, the address of the proxy"
            raise InputError("no proxy is in front", value=given[0], mend=mend)
        return []
    for each in given:
        try:
            ipaddress.ip_network(each)
        except ValueError as error:
            raise InputError(
                "not an address or a network",
                value=each,
                where="--trusted-proxy",
                mend=f"{error}; like 10.0.0.7 or 10.0.0.0/24",
            ) from None
    return given or ["127.0.0.1", "::1"]


def app_of(options: argparse.Namespace, rules: SignInRules | None, host: str, port: int) -> Any:
    """Return the ASGI application that these options ask for. Raises: InputError."""
    from ..mcp.transports import http_app, resource_of, signed_in_app

    resource = resource_of(host, port, options.public_url)
    if rules is not None:
        from ..mcp.issued import Issued
        from ..mcp.key_sets import KeySet

        keys = KeySet(rules.issuer, rules.algorithms)
        opened = {
            said: session(argparse.Namespace(**{**vars(options), "books": books}))
            for said, books in rules.merchants.items()
        }
        return signed_in_app(
            {said: server_of(each, options) for said, each in opened.items()},
            Issued(rules, resource, keys),
            resource,
            needs=_needs(next(iter(opened.values()))),
            issuer=rules.issuer,
        )
    opened_here = session(options)
    server = server_of(opened_here, options)
    if options.try_sign_in:
        from ..mcp.try_sign_in import TrySignIn

        provider = TrySignIn(resource, tell=note)
        return signed_in_app(
            {"": server},
            provider,
            resource,
            needs=_needs(opened_here),
            issuer=provider.issuer,
            routes=provider.routes(),
        )
    return http_app(
        server,
        host,
        port=port,
        token_file=options.token_file,
        public_url=options.public_url,
        needs=_needs(opened_here),
    )


def server_of(opened: Session, options: argparse.Namespace) -> Any:
    """Return the MCP server over a session, with approvals where the owner lets them in."""
    from ..mcp.server import build_server

    limit = options.approve_up_to
    by = person(options.by) if limit is not None else ""
    return build_server(opened, approve_up_to=limit, by=by, warm=True)


def _needs(opened: Session) -> dict[str, str]:
    from ..mcp.approving import NAME
    from ..mcp.tools import needs_of

    return {**needs_of(opened.registry), NAME: "approve"}
