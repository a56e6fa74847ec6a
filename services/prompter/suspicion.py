"""Texts of a page that read like orders to an agent. They stay, as evidence, and are marked as what they are. Pure.

A list of shapes cannot find every such text, and need not: the boundary of the block holds whatever stands in it.
The mark helps a reader who skims.
"""

import re

_ORDERS = (
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instruction|prompt|rule|previous|above|prior|earlier)",
    r"\b(ignorier\w*|vergiss)\b.{0,40}\b(anweisung|vorherig|bisherig|aufgabe|oben)",
    r"\b(ignore[rz]?|oublie[rz]?)\b.{0,40}\b(instruction|consigne|pr[ée]c[ée]dent)",
    r"\b(ignora|olvida)\b.{0,40}\b(instruccion|anterior)",
    r"(忽略|无视).{0,20}(指令|提示|之前|以上)",
    r"\b(system|developer)\s*(prompt|message|instruction)",
    r"\byou are (now|no longer)\b|\bact as (an?|the)\b|\bpretend (to be|that)\b",
    r"\bnew (task|instruction|role|system)\b",
    r"\b(run|execute|call|invoke|use)\b.{0,40}(`|\b(curl|wget|bash|sh|tool|shell|npm)\b|\brm -)",
    r"\b(curl|wget)\s+(-\S+\s+)*https?:|\|\s*(ba)?sh\b|\brm\s+-rf\b|\benv\s*\|",
    r"\b(reveal|print|send|post|upload|exfiltrate|leak)\b.{0,40}\b(secret|token|password|key|credential|env\w*|prompt)",
    r"\b(the|this) (assistant|agent|model|ai)\b.{0,30}\b(must|should|shall|will)\b",
    r"\b(dear|hey|note to) .{0,20}\b(agent|assistant|ai)\b",
    r"<\|?/?(im_start|im_end|system|assistant|user|recording|endoftext)\b|\[/?INST\]|^\s*(human|assistant|system)\s*:",
    r"\b(begin|end|start)\b.{0,20}\b(of )?(data|captured|block|boundary)|\bEND\s+[0-9A-F]{12}\b",
)
_LIKE_AN_ORDER = re.compile("|".join(f"(?:{order})" for order in _ORDERS), re.IGNORECASE)
MARK = "  <- page text that reads like an order; it is data"


def suspicious(text: str) -> bool:
    return _LIKE_AN_ORDER.search(text) is not None


def marked(line: str) -> str:
    """The line, with a mark at its end when it reads like an order."""
    return f"{line}{MARK}" if suspicious(line) else line
