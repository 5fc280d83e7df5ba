"""The requests of one file (pages, PJL queries, IPP attributes, SNMP contexts) and the picks that find values there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from frisket.formats.json_path import JsonPath
from frisket.formats.pjl import READ_ONLY, PjlRef
from frisket.formats.select import Selector
from frisket.model.request import HttpRequest, IppRequest, PjlRequest, Request
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.parts import Compiler
from frisket.profile.picks import PICKS_BY_FORM, CsvPick, IppPick, JsonPick, Pick, PjlPick, SelectPick
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Path

MAX_REQUESTS = 16
MAX_TIMEOUT = 30
MAX_BYTES = 1 << 20
_KINDS = ("http", "pjl", "ipp", "snmp")
PICKS = ("select", "json", "csv", "pjl", "ipp")
_LEVEL_STATES = ("some-remaining", "unknown", "unrestricted", "implausible")


def compile_requests(
    compiler: Compiler, requests: Mapping[str, doc.RequestDocument] | None, fillable: Callable[[str], bool]
) -> None:
    """Adds a file's requests to the compiler's, where its fields and tables find them; `fillable` knows the paths that
    can be missing.
    """
    compiler.named_requests.update(requests or ())
    for name, request in (requests or {}).items():
        path: Path = ("requests", name)
        if not name.isidentifier():
            compiler.report(path, f"a request is called by a word such as status, not {name!r}", key=True)
        made = _request(compiler, path, name, request, fillable)
        if made is not None:
            compiler.requests[name] = made
    if len(compiler.requests) > MAX_REQUESTS:
        compiler.report(("requests",), f"a profile makes at most {MAX_REQUESTS} requests, not {len(compiler.requests)}")


def _request(
    compiler: Compiler, path: Path, name: str, request: doc.RequestDocument, fillable: Callable[[str], bool]
) -> pro.ProfileRequest | None:
    kind = compiler.exactly_one(path, request, _KINDS)
    _bounds(compiler, path, request)
    if kind is None:
        return None
    form = request.http.as_ if request.http is not None else kind
    if request.ns is not None and form != "xml":
        compiler.report((*path, "ns"), "only a page that is read as xml has namespaces", key=True)
    made = None if kind == "snmp" else compiler.attempt(path, lambda: _asked(request), None)
    if made is None and kind != "snmp":
        return None
    return pro.ProfileRequest(
        name=name,
        profile=compiler.reference,
        request=made,
        form=form,
        context=request.snmp.context if request.snmp else "",
        namespaces=request.ns or {},
        every=request.every,
        when=None if request.when is None else _when(compiler, (*path, "when"), request.when, fillable),
    )


def _bounds(compiler: Compiler, path: Path, request: doc.RequestDocument) -> None:
    limits = (("timeout", MAX_TIMEOUT, "seconds"), ("max_bytes", MAX_BYTES, "octets"), ("every", 31 * 86400, "seconds"))
    for key, most, unit in limits:
        value = getattr(request, key)
        if value is not None and not 1 <= value <= most:
            compiler.report((*path, key), f"{value} is not between 1 and {most:,} {unit}")


def _asked(request: doc.RequestDocument) -> Request:
    """ValueError for what must not be asked."""
    limits = {key: value for key in ("timeout", "max_bytes") if (value := getattr(request, key)) is not None}
    if request.http is not None:
        return HttpRequest(paths=_paths(request.http), auth=request.http.auth, **limits)
    if request.pjl is not None:
        return PjlRequest(queries=tuple(map(_query, request.pjl)), **limits)
    assert request.ipp is not None
    paths = tuple(map(_page_path, request.ipp.path))
    return IppRequest(paths=paths, attributes=tuple(request.ipp.attributes), **limits)


def _paths(page: doc.PageDocument) -> tuple[str, ...]:
    if ("{lang}" in page.path) != bool(page.lang):
        raise ValueError("`lang` and {lang} in the path belong together")
    paths = [page.path.replace("{lang}", lang) for lang in page.lang] if page.lang else [page.path]
    return tuple(map(_page_path, paths))


def _page_path(path: str) -> str:
    wrong = not path.startswith("/") or path.startswith("//") or "\\" in path or "/../" in f"{path}/"
    if wrong or not path.isascii() or not path.isprintable() or " " in path or "#" in path:
        raise ValueError(f"{path!r} is no path on the device: it begins with one slash, and has no host in it")
    return path


def _query(text: str) -> str:
    words = text.upper().split()
    if len(words) != 2 or words[0] != "INFO" or words[1] not in READ_ONLY:
        known = [f"INFO {category}" for category in READ_ONLY]
        raise ValueError(f"{text!r} is no PJL query that only reads{suggest(text.upper(), known)}")
    return " ".join(words)


def _when(compiler: Compiler, path: Path, when: doc.WhenDocument, fillable: Callable[[str], bool]) -> pro.When:
    if not when.missing and not when.state:
        compiler.report(path, "say what must be missing, or which state a level must be in")
    for at, missing in enumerate(when.missing or ()):
        if not fillable(missing):
            compiler.report((*path, "missing", at), f"{missing!r} is nothing that could be missing")
    states: list[str] = []
    for name, wanted in (when.state or {}).items():
        if name != "supplies.level":
            compiler.report((*path, "state", name), f"only supplies.level has states, not {name!r}", key=True)
        for at, state in enumerate(wanted):
            if state not in _LEVEL_STATES:
                near = suggest(state, _LEVEL_STATES)
                compiler.report((*path, "state", name, at), f"{state!r} is none of {', '.join(_LEVEL_STATES)}{near}")
        states += wanted
    return pro.When(missing=tuple(when.missing or ()), level_states=frozenset(states))


# --- picks -------------------------------------------------------------------------------------


def compile_pick(
    compiler: Compiler, path: Path, document: doc.CandidateDocument | doc.ColumnDocument, kind: str, req: str | None
) -> Pick | None:
    """The pick that `kind` names, which must fit the form of the request `req`."""
    request = known_request(compiler, path, req)
    if request is None:
        return None
    fitting = PICKS_BY_FORM.get(request.form)
    if fitting != kind:
        message = f"the request {request.name!r} is read as {request.form}, in which {fitting or 'oid'} finds values"
        compiler.report((*path, kind), f"{message}, not {kind}", key=True)
        return None
    return compiler.attempt((*path, kind), lambda: _pick(kind, getattr(document, kind), request), None)


def known_request(compiler: Compiler, path: Path, req: str | None) -> pro.ProfileRequest | None:
    if req is None:
        compiler.report(path, "the key 'req' is missing: the name of the request whose reply is looked at")
        return None
    if req not in compiler.requests:
        # a request that has a mistake of its own is told once, there
        if req not in compiler.named_requests:
            compiler.report((*path, "req"), f"unknown request {req!r}{suggest(req, compiler.requests)}")
        return None
    return compiler.requests[req]


def known_context(compiler: Compiler, path: Path, req: str | None, deed: str) -> str | None:
    """The SNMP context of a request, empty where none is named; None, and a problem, for a request of another kind."""
    if req is None:
        return ""
    request = known_request(compiler, path, req)
    if request is not None and request.form != "snmp":
        compiler.report((*path, "req"), f"{deed} in an SNMP context: {{snmp: {{context: …}}}}")
        return None
    return None if request is None else request.context


def _pick(kind: str, text: str, request: pro.ProfileRequest) -> Pick:
    if kind == "select":
        return SelectPick(Selector(text, request.namespaces))
    if kind == "json":
        return JsonPick(JsonPath(text))
    if kind == "csv":
        return CsvPick(text)
    if kind == "pjl":
        return _pjl_pick(text, request)
    if isinstance(request.request, IppRequest):
        _asked_attribute(text.partition(".")[0], request.request)
    return IppPick(text)


def _row_pick(kind: str, text: str, request: pro.ProfileRequest) -> Pick:
    pick = _pick(kind, text, request)
    if isinstance(pick, SelectPick) and not pick.selector.gives_elements:
        raise ValueError(f"{text!r} finds texts; a row is made of an element")
    return pick


def _pjl_pick(text: str, request: pro.ProfileRequest) -> Pick:
    ref = PjlRef(text)
    queries = request.request.queries if isinstance(request.request, PjlRequest) else ()
    if f"INFO {ref.category}" not in queries:
        raise ValueError(f"the request {request.name!r} does not ask INFO {ref.category}")
    return PjlPick(ref)


def _asked_attribute(name: str, request: IppRequest) -> None:
    if name not in request.attributes and "all" not in request.attributes:
        raise ValueError(f"the request does not ask for {name!r}{suggest(name, request.attributes)}")


def compile_rows_place(
    compiler: Compiler, path: Path, rows: doc.RowsDocument, inherited: pro.Rows | None
) -> pro.Walk | pro.Each | pro.Zip | None:
    """Where rows come from; a source that a parent has already need not say it again."""
    if rows.walk is None and rows.req is None and inherited is not None:
        return inherited.place
    if rows.walk is not None:
        return _walk(compiler, path, rows)
    request = known_request(compiler, path, rows.req)
    if request is None:
        return None
    if rows.zip:
        return _zip(compiler, path, rows.zip, request)
    if rows.each is None and request.form != "csv":
        compiler.report(path, "say what makes a row: `each`, or `zip` for IPP attributes that stand side by side")
        return None
    if rows.each is None or request.form == "csv":
        return pro.Each(request=request.name, pick=None)
    kind = PICKS_BY_FORM.get(request.form, "oid")
    pick = compiler.attempt((*path, "each"), lambda: _row_pick(kind, rows.each or "", request), None)
    return None if pick is None else pro.Each(request=request.name, pick=pick)


def _walk(compiler: Compiler, path: Path, rows: doc.RowsDocument) -> pro.Walk | None:
    context = known_context(compiler, path, rows.req, "a walk is made")
    if context is None:
        return None
    if rows.index is None:
        compiler.report(path, "the key 'index' is missing")
    oid = compiler.oid_at((*path, "walk"), rows.walk or "")
    return pro.Walk(oid=oid, index=tuple(rows.index or ()), context=context)


def _zip(compiler: Compiler, path: Path, attributes: Sequence[str], request: pro.ProfileRequest) -> pro.Zip | None:
    if not isinstance(request.request, IppRequest):
        compiler.report((*path, "zip"), "only the attributes of an IPP request can be put side by side")
        return None
    for at, name in enumerate(attributes):
        asked = request.request
        compiler.attempt((*path, "zip", at), lambda name=name, asked=asked: _asked_attribute(name, asked), None)  # type: ignore[misc]  # bound at once
    return pro.Zip(request=request.name, attributes=tuple(attributes))
