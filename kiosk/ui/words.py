"""The language on the screen, switched live: kv writes `tr._('scan.title')` and follows `tr.lang`."""

from collections.abc import Mapping

from kivy.event import EventDispatcher
from kivy.lang import global_idmap
from kivy.properties import ObjectProperty, StringProperty

from kiosk.words import Words


class LiveWords(EventDispatcher):
    """`_` is replaced when `lang` changes, so that every kv rule that uses it is evaluated again."""

    lang = StringProperty()
    _ = ObjectProperty()

    def __init__(self, words: Mapping[str, Words], language: str) -> None:
        self.all = words
        super().__init__()
        self.speak(language)
        global_idmap["tr"] = self

    def speak(self, language: str) -> None:
        chosen = self.all.get(language) or next(iter(self.all.values()))
        self._ = chosen
        self.lang = chosen.language

    def first(self, *ids: str, **facts: object) -> str:
        """The sentence of the first id that exists."""
        words: Words = self._
        return words(next((id for id in ids if id in words), ids[-1]), **facts)

    def own(self, language: str, id: str) -> str:
        """A sentence in a given language, for the language cards."""
        return self.all[language](id) if language in self.all else id
