"""The mailbox keeps what it is sent and shows it harmlessly."""

from email.message import EmailMessage


def send(sandbox, to, html=""):
    message = EmailMessage()
    message["Subject"] = "Your order #1001 is on its way"
    message.set_content("Tracking number 1Z7")
    if html:
        message.add_alternative(html, subtype="html")
    sandbox.world.keep_mail("portal@example.com", [to], message.as_bytes())


def test_mail_is_listed_newest_first_and_found_by_recipient(sandbox):
    send(sandbox, "maya@example.com")
    send(sandbox, "daniel@example.com")
    page = sandbox.send("GET", "/mail/").body.decode()
    assert page.index("daniel@example.com") < page.index("maya@example.com")
    found = sandbox.send("GET", "/mail/", query="to=maya").body.decode()
    assert "daniel@example.com" not in found


def test_one_mail_shows_its_text_and_frames_its_html(sandbox):
    send(sandbox, "maya@example.com", "<p>Hi</p><script>alert(1)</script>")
    number = sandbox.world.state.mails[0].id
    page = sandbox.send("GET", f"/mail/{number}/").body.decode()
    assert "Tracking number 1Z7" in page
    assert f'sandbox src="/mail/{number}/html/"' in page
    frame = sandbox.send("GET", f"/mail/{number}/html/")
    assert frame.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_received_mail_is_in_the_ledger(sandbox):
    send(sandbox, "maya@example.com")
    assert sandbox.kinds()[-1] == "mail_received"
