"""What a changed service opens or asks for beyond what it did: then a second person looks."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.service.flow_shapes import Service


def widening(before: Service | None, after: Service) -> list[str]:
    """Sentences; [] where the change opens nothing and asks for nothing more."""
    if before is None:
        return [_("It is a new service.")]
    found = []
    more = [one for one in after.audiences if one not in before.audiences]
    if more:
        found.append(_("It serves more readers: %(who)s.", who=listed(more)))
    for name, number in before.limits.items():
        new = after.limits.get(name)
        if isinstance(number, int | float) and (new is None or new > number):
            found.append(
                _("The limit %(name)s goes from %(old)s to %(new)s.",
                  name=name, old=number, new=_("none") if new is None else new)
            )  # fmt: skip
    asked = {one.name: one for one in before.form}
    for one in after.form:
        old = asked.get(one.name)
        is_new = old is None or (one.required and not old.required) or one.type != old.type
        if is_new and (one.required or one.type == "file"):
            found.append(_("It asks for more: “%(field)s”.", field=pick(one.title)))
        elif old is not None and one.purpose != old.purpose:
            found.append(_("“%(field)s” serves another purpose.", field=pick(one.title)))
    if before.flow != after.flow:
        found.append(
            _("Its cases go another way: %(old)s becomes %(new)s.",
              old=before.flow, new=after.flow)
        )  # fmt: skip
    if before.owner != after.owner:
        found.append(
            _("Another post answers for it: %(old)s becomes %(new)s.",
              old=before.owner, new=after.owner)
        )  # fmt: skip
    return found
