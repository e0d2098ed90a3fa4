import pytest
from django.urls import reverse

from onboarding.models import SSHKey
from tests.onboarding.factories import UserFactory, add_fresh_key
from tests.onboarding.ssh_keys import ED25519, FROM

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("onboarding:keys"), reverse("onboarding:key_new")


@pytest.fixture
def ada(client):
    user = UserFactory()
    client.force_login(user)
    return user


def remove(key):
    return reverse("onboarding:key_remove", args=[key.pk])


@pytest.mark.parametrize("url", [LIST, NEW, "/keys/1/remove/"])
def test_pages_ask_strangers_to_sign_in(client, url):
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


def test_a_person_sees_their_own_keys(client, ada):
    mine = add_fresh_key(ada)
    add_fresh_key(UserFactory())

    assert list(client.get(LIST).context["keys"]) == [mine]


@pytest.mark.parametrize("count", [1, 3])
def test_listing_keys_takes_the_same_queries_for_any_number(
    client, ada, django_assert_num_queries, count
):
    for _key in range(count):
        add_fresh_key(ada)

    # Session, person, keys, and the clock of the header.
    with django_assert_num_queries(4):
        client.get(LIST)


def test_a_key_is_added_with_its_networks_beside_it(client, ada):
    answers = {"name": "laptop", "public_key": ED25519, "networks": "134.94.0.0/16, 8.8.8.8"}

    response = client.post(NEW, answers)

    key = ada.ssh_keys.get()
    assert response["Location"] == LIST
    assert key.public_key == f'from="134.94.0.0/16,8.8.8.8/32" {ED25519}'


def test_a_list_in_the_line_itself_wins(client, ada):
    answers = {"name": "laptop", "public_key": f"{FROM} {ED25519}", "networks": "8.8.8.8"}

    client.post(NEW, answers)

    assert ada.ssh_keys.get().networks == ["134.94.0.0/16"]


def test_networks_cannot_smuggle_in_an_option(client, ada):
    networks = '8.8.8.8",command="/bin/true'

    client.post(NEW, {"name": "laptop", "public_key": ED25519, "networks": networks})

    assert not SSHKey.objects.exists()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "hello",
            (
                "This is not a public key that can be read. Paste the whole line from the file "
                "that ends in .pub, unchanged."
            ),
        ),
        (
            "ssh-dss AAAA",
            "DSA keys are no longer secure. Create a new key pair with “ssh-keygen -t ed25519”.",
        ),
    ],
)
def test_a_refused_key_says_why_and_keeps_the_answers(client, ada, line, sentence):
    response = client.post(NEW, {"name": "laptop", "public_key": line, "networks": ""})

    assert response.context["form"].errors == {"public_key": [sentence]}
    assert 'value="laptop"' in response.text


def test_after_adding_one_goes_back_to_where_one_came_from(client, ada):
    answers = {"name": "laptop", "public_key": f"{FROM} {ED25519}", "next": "/onboarding/7/"}

    assert client.post(NEW, answers)["Location"] == "/onboarding/7/"


def test_the_way_back_never_leads_out_of_the_portal(client, ada):
    page = client.get(NEW, {"next": "https://evil.example/"})
    answers = {"name": "laptop", "public_key": f"{FROM} {ED25519}", "next": "https://evil.example/"}

    assert 'name="next" value="https://evil.example/"' not in page.text
    assert client.post(NEW, answers)["Location"] == LIST


@pytest.mark.parametrize(
    ("address", "suggestion"),
    [
        ("134.94.168.20", "134.94.168.20"),
        ("2001:638:404:1:2:3:4:5", "2001:638:404:1::/64"),
        ("127.0.0.1", ""),
        ("192.168.1.5", ""),
    ],
)
def test_the_form_suggests_the_network_that_one_uses(client, ada, address, suggestion):
    page = client.get(NEW, REMOTE_ADDR=address)

    assert page.context["form"]["networks"].value() == suggestion
    assert ("We have filled it in." in page.text) is bool(suggestion)


def test_a_connection_without_an_address_gets_the_page_all_the_same(client, ada):
    assert client.get(NEW, REMOTE_ADDR="").status_code == 200


def test_a_key_is_removed_after_a_question(client, ada):
    key = add_fresh_key(ada)

    asked = client.get(remove(key))
    assert ada.ssh_keys.exists()
    response = client.post(remove(key))

    assert key.fingerprint in asked.text
    assert response["Location"] == LIST
    assert not ada.ssh_keys.exists()


def test_a_key_of_somebody_else_is_not_there(client, ada):
    key = add_fresh_key(UserFactory())

    assert client.get(remove(key)).status_code == 404
    assert client.post(remove(key)).status_code == 404
    assert SSHKey.objects.exists()
