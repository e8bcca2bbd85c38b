"""How a page opens on which a reader does something of their own and sees what became of it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor


def own_page(
    request: HttpRequest,
    do: Callable[[Actor], str],
    show: Callable[[Actor, ShurenError | None], HttpResponse],
) -> HttpResponse:
    """The page of who is a reader; whoever is none is told what to do instead.

    do    what a POST does: the address to go on to, so that loading it again does nothing twice
    show  the page, with what was wrong with the POST or None
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(do(actor))
        except ShurenError as error:
            problem = error
    return show(actor, problem)
