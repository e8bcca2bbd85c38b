"""The shapes in which a room above says what it holds about readers; see `joining`."""

from shuren.service.internals.clocks import Clock as Clock
from shuren.service.internals.keeping import Kept as Kept
from shuren.service.internals.stores import Store as Store
from shuren.service.internals.terms import days_of as days_of
from shuren.service.internals.terms import last_day as last_day
