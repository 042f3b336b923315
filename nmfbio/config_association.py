"""The section `association`: which metadata columns are tested against metagenes and clusters."""

from nmfbio.config_section import Section, Text, key


class Association(Section):
    """What is tested against the usages and the clusters."""

    columns: list[Text] | None = key(
        None, "Metadata columns to test; not set: all. `preprocess.batch_key` is tested always.", examples=[["subtype"]]
    )
    time: Text | None = key(
        None,
        "Metadata column of the time to the event or to the last visit, at least 0, in any unit; tested together with "
        "`event`, as survival.",
        examples=["overall_survival_months"],
    )
    event: Text | None = key(
        None,
        "Metadata column that tells whether the event was seen: 0 or 1, `false` or `true`, `alive` or `dead`.",
        examples=["died"],
    )

    def conflicts(self) -> list[tuple[str, str]]:
        """List keys that are right one by one but not together: the key, and what was found, expected and the cure."""
        if (self.time is None) != (self.event is None):
            there, absent = ("time", "event") if self.event is None else ("event", "time")
            text = f"found none beside association.{there}; expected both or neither. Name the column of the {absent}"
            return [(f"association.{absent}", f"{text}, or take association.{there} out")]
        if self.time is not None and self.time == self.event:
            text = f"found {self.event}, which is association.time as well; expected two columns. Correct one of them"
            return [("association.event", text)]
        return []
