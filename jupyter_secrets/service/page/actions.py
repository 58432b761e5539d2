"""What the forms of the page do."""

from __future__ import annotations

from jupyter_secrets.errors import InvalidParameterError, SecretsError, rest_error
from jupyter_secrets.model import Permission
from jupyter_secrets.rest import require_unicode
from jupyter_secrets.service.page.visit import PageHandler

_SECONDS_PER_DAY = 24 * 60 * 60
_MAX_DIGITS = 6


class ActionHandler(PageHandler):
    """A form's POST: it does something, and shows the page again, with what came of it."""

    async def post(self) -> None:
        self.check_form()
        try:
            news = await self.act()
        except SecretsError as error:
            self.set_status(rest_error(error).status)
            news = {"alert": error.message}
        await self.show_overview(**news)

    async def act(self) -> dict[str, object]:
        """Do it; return what the page says of it."""
        raise NotImplementedError

    def text(self, name: str) -> str:
        """Return a field of the form."""
        return require_unicode(self.get_body_argument(name, ""), name)


class CreateTokenHandler(ActionHandler):
    async def act(self) -> dict[str, object]:
        session = await self.session()
        info, token = await self.run(
            session.tokens.create,
            self.text("name"),
            owner=self.text("owner") or None,
            lifetime=self._days() * _SECONDS_PER_DAY,
            scopes=[require_unicode(each, "scope") for each in self.get_body_arguments("scope")]
            or None,
            permission=Permission.parse(self.text("permission")),
        )
        return {"token": token, "notice": f"The token “{info.name}” was made, for {info.owner}."}

    def _days(self) -> int:
        days = self.text("days")
        if not (days.isascii() and days.isdigit() and len(days) <= _MAX_DIGITS):
            raise InvalidParameterError("The days must be a whole number.")
        return int(days)


class RevokeTokenHandler(ActionHandler):
    async def act(self) -> dict[str, object]:
        session, token_id = await self.session(), self.text("token_id")
        await self.run(session.tokens.revoke, token_id)
        return {"notice": f"The token {token_id} was revoked."}


class CreatePrincipalHandler(ActionHandler):
    async def act(self) -> dict[str, object]:
        name, caller = self.text("name"), await self.caller()
        candidates = await self.backend.known_as(name, caller)
        principals = self.backend.session(caller).service_principals
        comment = self.text("comment") or None
        await self.run(principals.create, name, comment, candidates=candidates)
        return {"notice": f"The service principal {name} was made."}


class DeletePrincipalHandler(ActionHandler):
    async def act(self) -> dict[str, object]:
        session, name = await self.session(), self.text("name")
        await self.run(session.service_principals.delete, name)
        return {"notice": f"The service principal {name} was deleted, and its tokens with it."}


ACTIONS = {
    "page/create-token": CreateTokenHandler,
    "page/revoke-token": RevokeTokenHandler,
    "page/create-principal": CreatePrincipalHandler,
    "page/delete-principal": DeletePrincipalHandler,
}
