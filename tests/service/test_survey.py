"""The catalogue looked at as a whole: owners, scenes, targets, approvals."""

import pytest
import yaml
from click.testing import CliRunner

from shuren.cli.context import CliContext
from shuren.cli.services import services as command
from shuren.kernel.errors import DefinitionError
from shuren.kernel.site import Site
from shuren.service.definitions import flows
from shuren.service.survey import MOST_APPROVALS, approvals, survey
from tests.service.test_catalogue_files import said_of, write
from tests.service.test_flow_files import SHIPPED
from tests.service.test_flow_files import write as write_any


def run(site: Site):
    context = CliContext(str(site.root))
    context.__dict__["site"] = site
    return CliRunner().invoke(command, ["check"], obj=context, standalone_mode=False)


def test_ours_has_one_owner_each_covers_the_five_scenes_and_asks_for_two_approvals_at_most():
    found = survey(None)
    assert sum(len(ids) for ids in found.posts.values()) == found.services
    assert (found.uncovered, found.idle, found.deep) == ((), (), ())
    assert max(found.approvals.values()) == MOST_APPROVALS


@pytest.mark.parametrize(
    "flow, count",
    [("request", 1), ("purchase", 1), ("application", 1), ("project", 2), ("commission", 2),
     ("event", 1), ("hold", 0), ("loan", 0), ("enquiry", 0)],
)  # fmt: skip
def test_approvals_are_what_staff_could_refuse_or_send_back(flow, count):
    assert approvals(flows(None)[flow]) == count


def test_a_flow_with_a_third_approval_is_flagged(site: Site):
    said = yaml.safe_load((SHIPPED / "flows" / "commission.yaml").read_text("utf-8"))
    said["states"]["third"] = {"zh": "再审", "en": "Looked at again"}
    for way in said["transitions"]:
        if way["event"] == "sign_off":
            way["to"] = "third"
            way.pop("stamp")
    said["events"] |= {"approve": {"zh": "批准", "en": "Approve"}}
    said["transitions"].append(
        {"from": "third", "event": "approve", "to": "delivered", "by": "manager",
         "stamp": "delivery"}
    )  # fmt: skip
    write_any(site, "flows", said)
    assert survey(site).deep == ("commission",)


def test_targets_that_pull_against_each_other_are_listed(site: Site):
    said = said_of("document_delivery")
    said["indicators"] |= {"fill": "<50%", "median_h": "<=30"}
    write(site, said)
    found = " ".join(survey(site).conflicts)
    assert "Document delivery: the target <50%" in found
    assert "half may take 30 hours, and all are promised in 24" in found
    assert "is to be high in" in found


def test_a_scene_nobody_advances_is_an_empty_row(site: Site):
    for id in survey(None).matrix["teaching"]:
        write(site, said_of(id) | {"scenes": ["student"]})
    assert survey(site).uncovered == ("teaching",)
    answer = run(site)
    assert answer.return_value == 1
    assert "teaching" in answer.output


def test_two_owners_stop_the_check_naming_the_file(site: Site):
    said = said_of("book_hold")
    said["organisation"]["owner"] = ["circulation", "space"]
    write(site, said)
    answer = run(site)
    assert isinstance(answer.exception, DefinitionError)
    assert "book_hold.yaml" in str(answer.exception)
