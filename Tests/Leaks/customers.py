"""Customers whose every name, number and sentence is known, because it is looked for afterwards.

Every person is invented. The same number gives the same bytes and the same times. Benchmarks/archive makes archives
that are like real ones; these are like nothing else on the machine.
"""

import base64
import csv
import io
import json
import os
import random
import struct
import zlib
from datetime import datetime, timedelta, timezone

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗"
GIVEN = ["建国", "秀英", "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "杰", "涛", "明", "霞", "平", "欣怡", "子涵"]
STREETS = ["青松路", "白塔街", "望江里", "桂花巷", "石桥路", "云溪大道"]
GOODS = ["fixed deposit", "home insurance", "car loan", "savings plan", "travel insurance", "safe deposit box"]
CHANNELS = ["branch", "web", "phone", "app"]
LINES = ["Thank you for your letter.", "The documents are enclosed.", "请查收附件。", "Please sign both copies.", "合同将于年底到期。",
         "We have changed your address as you asked.", "感谢您的来信。", "The next payment is due on the first."]  # fmt: skip
START = datetime(2016, 1, 4, 9, 0, tzinfo=timezone.utc)


class Customer:
    def __init__(self, number):
        self.id = f"C{number:06d}"
        self.random = random.Random(f"strongroom sample {number}")
        self.name = self.random.choice(SURNAMES) + self.random.choice(GIVEN)
        self.since = START + timedelta(days=self.random.randrange(1400), minutes=self.random.randrange(500))

    def moment(self):
        return self.since + timedelta(days=self.random.randrange(1200), seconds=self.random.randrange(30000))

    def noise(self, size):
        """Bytes that don't shrink, as in scans and recordings."""
        return self.random.randbytes(size)


def write(root, record_class, customer, name, data, when):
    file = root / record_class / customer.id / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (when.timestamp(), when.timestamp()))
    return len(data)


def basic(c):
    address = f"{c.random.choice(STREETS)}{c.random.randrange(1, 200)}号"
    fields = {"customer": c.id, "name": c.name, "address": address, "phone": f"000-{c.random.randrange(10**8):08d}",
              "since": c.since.date().isoformat(), "products": c.random.sample(GOODS, 2)}  # fmt: skip
    yield "customer.json", json.dumps(fields, ensure_ascii=False, indent=2).encode() + b"\n", c.since
    history = "".join(f"{c.moment().date()},{c.random.choice(CHANNELS)},address checked\n" for _ in range(12))
    yield "history.csv", b"date,channel,what\n" + history.encode(), c.moment()


def transactions(c):
    for year in (2017, 2018, 2019):
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(["date", "number", "amount", "currency", "purpose", "channel"])
        for n in range(c.random.randrange(150, 400)):
            day = datetime(year, 1, 1) + timedelta(days=c.random.randrange(365))
            rows.writerow([day.date(), f"{year}{n:06d}", f"{c.random.randrange(100, 900000) / 100:.2f}", "CNY",
                           c.random.choice(GOODS), c.random.choice(CHANNELS)])  # fmt: skip
        yield f"{year}.csv", out.getvalue().encode(), datetime(year + 1, 1, 2, 8, tzinfo=timezone.utc)


def contracts(c):
    for n in range(c.random.randrange(1, 4)):
        title = c.random.choice(GOODS)
        text = f"BT /F1 11 Tf 72 720 Td ({title}, customer {c.id}) Tj ET\n" * 40
        yield f"合同-{n + 1}-{title.replace(' ', '-')}.pdf", pdf(text.encode(), c.noise(30_000)), c.moment()


def pdf(text, scan):
    """Looks like a PDF with a page of text and a scanned signature; no reader is meant to open it."""
    packed = zlib.compress(text)
    return b"".join([
        b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n",
        b"3 0 obj << /Length %d /Filter /FlateDecode >> stream\n%s\nendstream endobj\n" % (len(packed), packed),
        b"4 0 obj << /Subtype /Image /Length %d >> stream\n%s\nendstream endobj\n" % (len(scan), scan),
        b"trailer << /Root 1 0 R >>\n%%EOF\n",
    ])  # fmt: skip


def communications(c, recording):
    for n in range(6):
        when = c.moment()
        body = "\n".join(c.random.choice(LINES) for _ in range(c.random.randrange(4, 30)))
        attached = base64.encodebytes(c.noise(c.random.randrange(0, 6000))).decode()
        mail = (f"From: {c.id.lower()}@example.org\nTo: service@example.com\nDate: {when:%a, %d %b %Y %H:%M:%S +0000}\n"
                f"Subject: =?utf-8?b?{base64.b64encode(c.name.encode()).decode()}?= {c.id}\n"
                f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n\n{attached}")  # fmt: skip
        yield f"mail-{n + 1:02d}.eml", mail.encode(), when
    yield "call-01.wav", wav(c.noise(recording)), c.moment()


def wav(samples):
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8,
                       b"data", len(samples))  # fmt: skip
    return head + samples
