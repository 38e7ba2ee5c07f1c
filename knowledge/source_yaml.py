"""Reads YAML so that every value knows the line it stands on. Used by the FAQ loader, whose errors name file and line.

Everything is read as text: `title: 10` is the title "10", and an unquoted `yes` stays "yes".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Finding:
    """Something to mend in a file. Errors stop the index from being built, warnings do not."""

    file: str
    line: int
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


@dataclass(frozen=True)
class Text:
    """A scalar and its line (counted from 1)."""

    text: str
    line: int


@dataclass
class Reader:
    """Collects what is wrong with one file while its nodes are taken apart."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def report(self, line: int, message: str, severity: str = "error") -> None:
        """Notes a finding in this file."""
        self.findings.append(Finding(self.file, line, message, severity))

    def compose(self, path: Path) -> yaml.Node | None:
        """The root node of the file, or None (and a finding) if it is not YAML or not UTF-8."""
        try:
            return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)
        except UnicodeDecodeError as error:
            self.report(path.read_bytes().count(b"\n", 0, error.start) + 1, "is not UTF-8")
        except OSError as error:
            self.report(1, f"cannot be read: {error.strerror}")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.report(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem or error.context}")
        except yaml.YAMLError as error:
            self.report(1, f"not valid YAML: {error}")
        return None

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
        """Key to node. A key that stands twice, and anything that is no mapping, is a finding."""
        if not isinstance(node, yaml.MappingNode):
            self.report(_line(node), f"{what} must be `key: value` lines")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                self.report(_line(key), f"{name!r} stands twice in {what}")
            found[name] = value
        return found

    def items(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """The nodes of a list."""
        if not isinstance(node, yaml.SequenceNode):
            self.report(_line(node), f"{what} must be a list of `- ` lines")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str) -> Text | None:
        """A text that is not empty."""
        if isinstance(node, yaml.MappingNode):
            self.report(_line(node), f"{what} holds a colon and was read as key and value; put it in quotes")
        elif not isinstance(node, yaml.ScalarNode):
            self.report(_line(node), f"{what} must be a text")
        elif not node.value.strip() or (node.style is None and node.value in ("null", "~")):
            self.report(_line(node), f"{what} is empty")
        else:
            return Text(" ".join(node.value.split()), _line(node))
        return None

    def texts(self, node: yaml.Node | None, what: str) -> tuple[Text, ...]:
        """The texts of a list, without those that are none (each a finding)."""
        read = (self.text(item, f"an entry of {what}") for item in self.items(node, what))
        return tuple(text for text in read if text is not None)


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node is not None else 1
