"""Turn the Arrow values of a bound field into a vector: what does not fit the field is unknown, as in a record."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow, load_compute
from policies.engines.binding import Bound, is_text
from policies.engines.columnar.vectors import Mask, Vector, both
from policies.rulelang import UNKNOWN, Field, Kind, Type
from policies.rulelang.limits import INT_MAX, INT_MIN, MAX_DURATION_SECONDS, MAX_RECORD_TEXT
from policies.rulelang.record import reader_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_MOMENT = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
LAST_MOMENT = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
LONGEST_DURATION = MAX_DURATION_SECONDS * 1_000_000
TWO_TO_63 = 9_223_372_036_854_775_808.0
_PER_MICROSECOND = {"s": 1_000_000, "ms": 1_000, "us": 1}


def values_of(batch: Any, bound: Bound) -> Any:
    """Return the Arrow array of a bound field out of a record batch; null where a struct around it is null."""
    arrow, compute = load_arrow(), load_compute()
    if not bound.path:
        return arrow.nulls(batch.num_rows)
    values = batch.column(bound.path[0])
    if len(bound.path) > 1:
        values = compute.struct_field(values, [*bound.path[1:]])
    return values.storage if isinstance(values, arrow.ExtensionArray) else values


def fit(values: Any, described: Field) -> Vector:
    """Return the vector of an Arrow array that can hold the field's values (see `binding`)."""
    arrow = load_arrow()
    if arrow.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    wanted = described.type
    if arrow.types.is_null(values.type):
        return _vector(empty_data(wanted, len(values)), np.zeros(len(values), np.bool_), None, described)
    data, fits = _FITTERS[wanted.kind](values, wanted)
    return _vector(data, validity(values), fits, described)


def empty_data(wanted: Type, count: int) -> Any:
    """Return data for rows of which none has a value."""
    if wanted.kind is Kind.STRING:
        return load_arrow().array([""] * count, load_arrow().string())
    return np.zeros(count, DTYPES[wanted.kind])


def validity(values: Any) -> Mask | None:
    """Return where an Arrow array has values, None for everywhere."""
    if not values.null_count:
        return None
    return bits(values.buffers()[0], values.offset, len(values))


def bits(buffer: Any, offset: int, count: int) -> Mask:
    """Return a stretch of a bitmap as one yes/no per row."""
    first = offset // 8
    packed = np.frombuffer(buffer, np.uint8, count=(offset + count + 7) // 8 - first, offset=first)
    return np.unpackbits(packed, bitorder="little", count=offset % 8 + count)[offset % 8 :].view(np.bool_)


def truths(answers: Any) -> Mask:
    """Return where an Arrow array of yes/no says yes; null is no."""
    said = bits(answers.buffers()[1], answers.offset, len(answers))
    valid = validity(answers)
    return said if valid is None else said & valid


def fit_text(values: Any) -> tuple[Any, Mask | None]:
    """Return texts as a string array and where they can be used: valid UTF-8 of a bearable length."""
    arrow, compute = load_arrow(), load_compute()
    if arrow.types.is_string_view(values.type):
        values = values.cast(arrow.large_string())
    sizes = compute.binary_length(values)
    longest = compute.max(sizes).as_py() or 0
    try:
        values.validate(full=True)
    except arrow.ArrowInvalid:
        return _without_broken(values)
    if longest <= MAX_RECORD_TEXT:
        return values, None
    return values, truths(compute.less_equal(compute.utf8_length(values), MAX_RECORD_TEXT))


def _vector(data: Any, valid: Mask | None, fits: Mask | None, described: Field) -> Vector:
    null = None if valid is None or not described.nullable else ~valid
    return Vector(data, both(valid, fits), null)


def _without_broken(values: Any) -> tuple[Any, Mask]:
    """Put empty texts in the place of those that are no UTF-8."""
    arrow, read = load_arrow(), reader_of(Type(Kind.STRING))
    texts, fits = [], np.ones(len(values), np.bool_)
    for row, raw in enumerate(values.cast(arrow.large_binary()).to_pylist()):
        text = UNKNOWN if raw is None else read(raw.decode(errors="surrogateescape"))
        fits[row] = text is not UNKNOWN
        texts.append("" if text is UNKNOWN else text)
    made = arrow.array(texts, arrow.large_string())
    return made, fits


def _fit_bool(values: Any, _: Type) -> tuple[Any, Mask | None]:
    return bits(values.buffers()[1], values.offset, len(values)), None


def _fit_int(values: Any, _: Type) -> tuple[Any, Mask | None]:
    if load_arrow().types.is_floating(values.type):
        numbers = _numbers(values).astype(np.float64, copy=False)
        # A NaN fails every comparison; what is not whole is no whole number.
        fits = (numbers >= -TWO_TO_63) & (numbers < TWO_TO_63) & (np.trunc(numbers) == numbers)
        return np.where(fits, numbers, 0.0).astype(np.int64), fits
    numbers = _numbers(values)
    if numbers.dtype == np.uint64:
        return numbers.view(np.int64), numbers <= INT_MAX
    return numbers, None


def _fit_double(values: Any, _: Type) -> tuple[Any, Mask | None]:
    arrow, compute = load_arrow(), load_compute()
    if arrow.types.is_decimal(values.type):
        # By way of the digits, which is rounded correctly.
        values = compute.cast(compute.cast(values, arrow.string()), arrow.float64())
    numbers = _numbers(values).astype(np.float64, copy=False)
    fits = np.isfinite(numbers)
    return numbers, None if fits.all() else fits


def _fit_string(values: Any, _: Type) -> tuple[Any, Mask | None]:
    return fit_text(values)


def _fit_timestamp(values: Any, wanted: Type) -> tuple[Any, Mask | None]:
    if is_text(values.type):
        return _read_texts(values, wanted)
    moments, fits = _microseconds(values)
    return moments, both(fits, _between(moments, FIRST_MOMENT, LAST_MOMENT))


def _fit_duration(values: Any, wanted: Type) -> tuple[Any, Mask | None]:
    if is_text(values.type):
        return _read_texts(values, wanted)
    spans, fits = _microseconds(values)
    return spans, both(fits, _between(spans, -LONGEST_DURATION, LONGEST_DURATION))


def _between(numbers: Any, lowest: int, highest: int) -> Mask | None:
    fits = (numbers >= lowest) & (numbers <= highest)
    return None if fits.all() else fits


def _microseconds(values: Any) -> tuple[Any, Mask | None]:
    """Return times in microseconds, finer digits cut off, and where they do not exceed 64 bits."""
    numbers, unit = _numbers(values), values.type.unit
    if unit == "ns":
        return numbers // 1_000, None
    factor = _PER_MICROSECOND[unit]
    return numbers * factor, _between(numbers, INT_MIN // factor + 1, INT_MAX // factor)


def _numbers(values: Any) -> Any:
    """Return the numbers of an Arrow array without copying them; where there is none, anything."""
    dtype = np.dtype(values.type.to_pandas_dtype()) if values.type.bit_width != 64 else None
    arrow = load_arrow()
    if dtype is None:
        dtype = np.dtype(
            np.float64
            if arrow.types.is_floating(values.type)
            else np.uint64
            if arrow.types.is_uint64(values.type)
            else np.int64
        )
    return np.frombuffer(values.buffers()[1], dtype, count=len(values), offset=values.offset * dtype.itemsize)


def _read_texts(values: Any, wanted: Type) -> tuple[Any, Mask]:
    """Read times written as text, each different one once."""
    read = reader_of(wanted)
    known: dict[str, Any] = {}
    texts, usable = fit_text(values)
    data, fits = np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
    for row, text in enumerate(texts.to_pylist()):
        if text is None or (usable is not None and not usable[row]):
            continue
        if text not in known:
            known[text] = read(text)
        if known[text] is not UNKNOWN:
            data[row], fits[row] = as_number(known[text]), True
    return data, fits


def as_number(value: datetime | timedelta) -> int:
    """Return a point or length of time in microseconds."""
    return (value - EPOCH if isinstance(value, datetime) else value) // MICROSECOND


def as_moment(number: int) -> datetime:
    """Return the point in time of a number of microseconds."""
    return EPOCH + timedelta(microseconds=number)


def _fit_list(values: Any, wanted: Type) -> tuple[Any, Mask]:
    """Read lists into tuples; one whose elements do not all fit is unknown."""
    element = wanted.element
    if element is None:
        raise TypeError("a list without the type of its elements")
    inner = fit(load_compute().list_flatten(values), Field(element))
    flat = to_python(inner, element)
    read = reader_of(wanted)
    data, fits = np.empty(len(values), object), np.zeros(len(values), np.bool_)
    start = 0
    for row, count in enumerate(load_compute().list_value_length(values).to_pylist()):
        if count is None:
            continue
        found = read(flat[start : start + count])
        start += count
        if found is not UNKNOWN:
            data[row], fits[row] = found, True
    return data, fits


def to_python(vector: Vector, wanted: Type) -> list[Any]:
    """Return the values as those of a record: None for null, UNKNOWN for what cannot be used."""
    values: list[Any]
    if wanted.kind is Kind.TIMESTAMP or wanted.kind is Kind.DURATION:
        known = vector.known
        make = as_moment if wanted.kind is Kind.TIMESTAMP else _as_duration
        values = [
            make(number) if known is None or known[row] else None for row, number in enumerate(vector.data.tolist())
        ]
    elif isinstance(vector.data, np.ndarray):
        values = vector.data.tolist()
    else:
        values = vector.data.to_pylist()
    if vector.known is None:
        return values
    null = vector.null
    for row in np.flatnonzero(~vector.known).tolist():
        values[row] = None if null is not None and null[row] else UNKNOWN
    return values


def _as_duration(number: int) -> timedelta:
    return timedelta(microseconds=number)


_FITTERS: dict[Kind, Callable[[Any, Type], tuple[Any, Mask | None]]] = {
    Kind.BOOL: _fit_bool,
    Kind.INT: _fit_int,
    Kind.DOUBLE: _fit_double,
    Kind.STRING: _fit_string,
    Kind.TIMESTAMP: _fit_timestamp,
    Kind.DURATION: _fit_duration,
    Kind.LIST: _fit_list,
}
DTYPES = {
    Kind.BOOL: np.bool_,
    Kind.INT: np.int64,
    Kind.DOUBLE: np.float64,
    Kind.TIMESTAMP: np.int64,
    Kind.DURATION: np.int64,
    Kind.LIST: np.object_,
}
