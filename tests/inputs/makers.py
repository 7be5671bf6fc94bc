# SPDX-License-Identifier: Apache-2.0
"""Makers of files of every kind from a paper. Each yields (name, expectations); one whose tool is missing is passed over."""
import base64
import csv
import email.message
import email.policy
import email.utils
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import tarfile
import time
import zipfile
from datetime import datetime, timezone

from text import SYMBOLS, html, markdown

PAGED = """
@page { size: A4; margin: 22mm 20mm; font-family: 'Noto Serif CJK SC', 'Noto Sans CJK SC', serif; @top-center { content: '%(head)s'; font-size: 9pt } @bottom-center { content: counter(page); font-size: 9pt } }
body { font-family: 'Noto Serif CJK SC', 'Noto Sans CJK SC', serif; font-size: 11pt; line-height: 1.6; text-align: justify }
h1, th { font-weight: normal } h1 { font-size: 18pt; text-align: center } p { margin: 0; text-indent: 2em } .fn { float: footnote; font-size: 8.5pt; text-indent: 0 }
::footnote-call { vertical-align: super; font-size: 7pt; line-height: 0 }
figure { margin: 8pt 0; text-align: center } figcaption, caption { font-size: 9pt; text-align: center }
td { border: 0.5pt solid black; padding: 2pt 8pt; font-size: 9.5pt } table { border-collapse: collapse; margin: 8pt auto } img { width: 120pt; height: 60pt }
article { columns: %(columns)d; column-gap: 22pt } h1, .info { column-span: all }
"""


class Made:
    """A file and what is to be found in it."""

    def __init__(self, paper, name, kind, **expect):
        self.paper, self.name, self.kind = paper, name, kind
        self.title = expect.get("title", paper.title)
        self.date = expect.get("date", paper.date)
        self.notes = expect.get("notes", paper.notes)
        self.captions = expect.get("captions", [])
        self.place = expect.get("place")  # a word that each hit's place begins with
        self.id = expect.get("id", name)
        self.is_paged = expect.get("is_paged", False)
        self.joins = expect.get("joins", False)  # phrases that cross fields may not be found
        self.keeps_calls = expect.get("keeps_calls", False)  # "[1]" stays in the text, so that a phrase across it needs it

    def group(self):
        """The line of the report that it counts in: a PDF has one for each program that printed it."""
        return self.kind if not self.is_paged else f"PDF by {os.path.basename(self.name)[:2]}"


def have(tool):
    return shutil.which(tool) is not None


def office_reads():
    """Whether gramdex's converter by LibreOffice can run: it needs namespaces of users, which a chroot has not."""
    return have("soffice") and subprocess.run(["unshare", "--user", "true"], stderr=subprocess.DEVNULL).returncode == 0


def run(*command, folder, seconds=600):
    environment = dict(os.environ, HOME=folder, SOURCE_DATE_EPOCH="0")
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=seconds, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def put(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


# ---- texts

def texts(folder, paper):
    plain = paper.title + "\n\n" + "\n\n".join(paper.body()) + "\n"
    wrapped = paper.title + "\n\n" + "\n".join(p[i:i + 31] for p in paper.body() for i in range(0, len(p), 31)) + "\n"
    n = paper.number
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"):
        put(folder, f"txt/{encoding}-{n}.txt", wrapped.encode(encoding))
        yield Made(paper, f"txt/{encoding}-{n}.txt", "text", date="", notes=[])
    put(folder, f"txt/plain-{n}", plain)
    yield Made(paper, f"txt/plain-{n}", "text", date="", notes=[])
    put(folder, f"md/{n}.md", markdown(paper))
    yield Made(paper, f"md/{n}.md", "Markdown", notes=[], keeps_calls=True)


def subtitles(folder, paper):
    n = paper.number
    cues = ["".join(parts[i:i + 14]) for parts in map(SYMBOLS.findall, paper.body()) for i in range(0, len(parts), 14)]
    time = lambda s, dot: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}{dot}000"
    srt = "".join(f"{i}\n{time(2 * i, ',')} --> {time(2 * i + 2, ',')}\n{cue}\n\n" for i, cue in enumerate(cues, 1))
    vtt = "WEBVTT\n\n" + "".join(f"{time(2 * i, '.')} --> {time(2 * i + 2, '.')}\n<i>{cue}</i>\n\n" for i, cue in enumerate(cues))
    put(folder, f"sub/{n}.srt", srt)
    put(folder, f"sub/{n}.vtt", vtt)
    for end in ("srt", "vtt"):
        yield Made(paper, f"sub/{n}.{end}", "subtitles", title=None, date="", notes=[], place="0")


def pages(folder, paper):
    n = paper.number
    put(folder, f"html/{n}.html", html(paper))
    yield Made(paper, f"html/{n}.html", "HTML", captions=paper.captions, joins=True)
    put(folder, f"html/{n}.jsp", html(paper, date="line").replace("charset=utf-8", "charset=gb2312").encode("gb18030"))
    yield Made(paper, f"html/{n}.jsp", "HTML", captions=paper.captions)
    menu = "<nav>" + "".join(f'<a href="/{i}">栏目{i}号导航</a>' for i in range(9)) + "</nav>"
    page = html(paper).replace("<article>", menu + "<article>").replace("</body>", "<footer>版权所有 联系我们</footer></body>")
    put(folder, f"html/saved-{n}", page)
    yield Made(paper, f"html/saved-{n}", "HTML", captions=paper.captions)


# ---- records

def records(folder, paper):
    n = paper.number
    record = {"id": f"json-{n}", "title": paper.title, "date": paper.date, "text": "\n".join(paper.body())}
    line = json.dumps(record, ensure_ascii=False)
    forms = {f"json/lines-{n}.jsonl": line + "\n", f"json/array-{n}.json": "[\n" + json.dumps(dict(record, id=f"array-{n}"), indent=1) + "]",
             f"json/object-{n}.json": json.dumps({"total": 1, "data": [dict(record, id=f"object-{n}")]}, ensure_ascii=False, indent=2),
             f"json/wide-{n}.jsonl": json.dumps(dict(record, id=f"wide-{n}"), ensure_ascii=False).encode("utf-16")}
    ids = [f"json-{n}", f"array-{n}", f"object-{n}", f"wide-{n}"]
    for (name, content), made_id in zip(forms.items(), ids):
        put(folder, name, content)
        yield Made(paper, name, "JSON", notes=[], id=made_id)


def tables(folder, paper):
    n = paper.number
    for end, delimiter, encoding in (("csv", ",", "utf-8-sig"), ("tsv", "\t", "utf-8"), ("semicolon.csv", ";", "gb18030")):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow(["id", "title", "date", "text"])
        writer.writerow([f"{end}-{n}", paper.title, paper.date, "\n".join(paper.body())])
        put(folder, f"csv/{n}.{end}", out.getvalue().encode(encoding))
        yield Made(paper, f"csv/{n}.{end}", "table", notes=[], id=f"{end}-{n}")


def feeds(folder, paper):
    n = paper.number
    body = "".join(f"<p>{p}</p>" for p in paper.body())
    escaped = body.replace("&", "&amp;").replace("<", "&lt;")
    link = f"https://example.org/{n}"
    when = email.utils.format_datetime(datetime.fromisoformat(paper.date).replace(tzinfo=timezone.utc))
    rss = (f'<?xml version="1.0"?><rss version="2.0"><channel><title>观察</title><item><title>{paper.title}</title>'
           f"<link>{link}/rss</link><pubDate>{when}</pubDate><description>{escaped}</description></item></channel></rss>")
    atom = (f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>观察</title><entry><title>{paper.title}</title>'
            f'<id>{link}/atom</id><published>{paper.date}T08:00:00Z</published><content type="html">{escaped}</content></entry></feed>')
    wiki = (f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/"><page><title>{paper.title}</title><ns>0</ns><id>{n + 7}</id>'
            f"<revision><id>1</id><timestamp>{paper.date}T08:00:00Z</timestamp><text>" + "\n\n".join(paper.body()) + "</text></revision></page></mediawiki>")
    put(folder, f"feed/{n}.rss", rss)
    put(folder, f"feed/{n}.xml", atom)
    put(folder, f"feed/wiki-{n}.xml", wiki)
    yield Made(paper, f"feed/{n}.rss", "feed", notes=[], id=f"{link}/rss")
    yield Made(paper, f"feed/{n}.xml", "feed", notes=[], id=f"{link}/atom")
    yield Made(paper, f"feed/wiki-{n}.xml", "feed", notes=[], id=str(n + 7))


def mails(folder, paper):
    n = paper.number
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "张三 <a@example.org>", "b@example.org", paper.title
    message["Date"] = email.utils.format_datetime(datetime.fromisoformat(paper.date).replace(tzinfo=timezone.utc))
    message["Message-ID"] = f"<{n}@example.org>"
    message.set_content("\n\n".join(paper.body()))
    put(folder, f"mail/{n}.eml", bytes(message))
    yield Made(paper, f"mail/{n}.eml", "mail", notes=[])
    message.replace_header("Message-ID", f"<mbox{n}@example.org>")
    put(folder, f"mail/{n}.mbox", b"From a@example.org Sat May  6 10:20:00 2023\n" + bytes(message) + b"\n")
    yield Made(paper, f"mail/{n}.mbox", "mail", notes=[])
    page = base64.encodebytes(html(paper).encode()).decode()
    mht = ("From: <Saved by Blink>\r\nSubject: =?utf-8?Q?=3F=3F=3F?=\r\nDate: Mon, 1 Jan 2001 00:00:00 -0000\r\nMIME-Version: 1.0\r\n"
           'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
           f"Content-Transfer-Encoding: base64\r\nContent-Location: https://example.org/{n}.html\r\n\r\n{page}\r\n--b--\r\n")
    put(folder, f"mail/{n}.mhtml", mht)
    yield Made(paper, f"mail/{n}.mhtml", "mail")


def crawls(folder, paper):
    n = paper.number
    body = html(paper).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 1000]), body[i:i + 1000]) for i in range(0, len(body), 1000)) + b"0\r\n\r\n"
    bodies = {"plain": (b"", body), "chunked": (b"Transfer-Encoding: chunked\r\n", chunks), "gzip": (b"Content-Encoding: gzip\r\n", gzip.compress(body))}
    for form, (header, content) in bodies.items():
        uri = f"https://example.org/{form}/{n}.html"
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + header + b"\r\n" + content
        record = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2023-05-06T10:20:00Z\r\n"
                  f"WARC-Record-ID: <urn:uuid:{n}>\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n").encode() + http + b"\r\n\r\n"
        name = f"warc/{form}-{n}.warc" + (".gz" if form != "plain" else "")
        put(folder, name, gzip.compress(record) if form != "plain" else record)
        yield Made(paper, name, "crawl", captions=paper.captions, id=uri)


# ---- office and e-books

def by_pandoc(folder, paper):
    if not have("pandoc"):
        return
    n = paper.number
    put(folder, f"work/{n}.md", markdown(paper))
    for end, kind in (("docx", "Word"), ("odt", "OpenDocument"), ("epub", "EPUB"), ("fb2", "FictionBook"), ("rtf", "RTF")):
        if end == "rtf" and not office_reads():
            continue
        os.makedirs(os.path.join(folder, "pandoc"), exist_ok=True)
        run("pandoc", "-s", f"work/{n}.md", "-o", f"pandoc/{n}.{end}", folder=folder)
        notes = [] if end in ("rtf",) else paper.notes
        yield Made(paper, f"pandoc/{n}.{end}", kind, date=None, notes=notes, joins=end in ("docx", "odt"))
    slides = f"% {paper.title}\n\n" + "\n\n".join(f"# 第{i}页\n\n{p}" for i, p in enumerate(paper.body(), 1))
    put(folder, f"work/slides-{n}.md", slides)
    run("pandoc", "-s", f"work/slides-{n}.md", "-o", f"pandoc/{n}.pptx", folder=folder)
    yield Made(paper, f"pandoc/{n}.pptx", "slides", date=None, notes=[], place="slide")


def by_libreoffice(folder, paper):
    if not have("soffice"):
        return
    n = paper.number
    put(folder, f"work/lo-{n}.html", html(paper, call="none"))
    sheet = "\n".join(f'{i},"{p}"' for i, p in enumerate(paper.body()))
    put(folder, f"work/lo-{n}.csv", sheet)
    os.makedirs(os.path.join(folder, "office"), exist_ok=True)

    def convert(source, form, end):
        run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--infilter=CSV:44,34,76" if source.endswith("csv") else "--norestore",
            "--convert-to", form, "--outdir", "office", source, folder=folder)
        name = os.path.splitext(os.path.basename(source))[0]
        return f"office/{name}.{end}"

    written = f"pandoc/{n}.docx" if os.path.exists(os.path.join(folder, f"pandoc/{n}.docx")) else f"work/lo-{n}.html"
    for form, end, kind in (("docx:MS Word 2007 XML", "docx", "Word"), ("doc:MS Word 97", "doc", "Word 97"), ("odt:writer8", "odt", "OpenDocument"),
                            ("rtf:Rich Text Format", "rtf", "RTF")):
        if end == "rtf" and not office_reads():
            continue
        yield Made(paper, convert(written, form, end), kind, date=None, notes=paper.notes if end in ("docx", "odt") and "pandoc" in written else [],
                   keeps_calls=end == "doc")
    for end, kind in (("xlsx", "sheets"), ("xls", "sheets 97"), ("ods", "OpenDocument")):
        if end == "xls" and not office_reads():
            continue
        yield Made(paper, convert(f"work/lo-{n}.csv", end, end), kind, title=None, date=None, notes=[], place="sheet")
    if os.path.exists(os.path.join(folder, f"pandoc/{n}.pptx")):
        for end, kind in (("ppt", "slides 97"), ("odp", "OpenDocument")):
            if end == "ppt" and not office_reads():
                continue
            yield Made(paper, convert(f"pandoc/{n}.pptx", end, end), kind, date=None, notes=[], place="slide")


# ---- PDF

def pdfs(folder, paper):
    n = paper.number
    os.makedirs(os.path.join(folder, "pdf"), exist_ok=True)
    of_weasyprint = of_chromium = (1, 2, 3)
    if os.environ.get("GRAMDEX_TEST_ALL") != "1":
        seed = int(os.environ.get("GDX_SEED", time.time_ns()))
        of_weasyprint = (2,)  # tests/layout/measure.py has all three read
        of_chromium = (1 + random.Random(seed).randrange(3),)
        print(f"Chromium prints {of_chromium[0]} columns: GDX_SEED={seed} repeats it, GRAMDEX_TEST_ALL=1 prints 1, 2 and 3")
    for columns in (1, 2, 3):
        style = PAGED % {"head": paper.head, "columns": columns}
        if have("weasyprint") and columns in of_weasyprint:
            put(folder, f"work/w{columns}-{n}.html", html(paper, style, call="foot"))
            run("weasyprint", f"work/w{columns}-{n}.html", f"pdf/w{columns}-{n}.pdf", folder=folder)
            yield Made(paper, f"pdf/w{columns}-{n}.pdf", "PDF", date=None, captions=paper.captions + [paper.table_caption],
                       place="page", is_paged=True, joins=True)
        if have("chromium") and columns in of_chromium:
            put(folder, f"work/c{columns}-{n}.html", html(paper, style, call="none"))
            run("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium", "--no-pdf-header-footer",
                f"--print-to-pdf=pdf/c{columns}-{n}.pdf", f"work/c{columns}-{n}.html", folder=folder)
            yield Made(paper, f"pdf/c{columns}-{n}.pdf", "PDF", date=None, notes=[], captions=paper.captions + [paper.table_caption],
                       place="page", is_paged=True)
    if have("soffice"):
        written = f"pandoc/{n}.docx" if os.path.exists(os.path.join(folder, f"pandoc/{n}.docx")) else f"work/lo-{n}.html"
        put(folder, f"work/lo-{n}.html", html(paper, call="none"))
        run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf", "--outdir", "pdf", written, folder=folder)
        os.rename(os.path.join(folder, "pdf", os.path.splitext(os.path.basename(written))[0] + ".pdf"), os.path.join(folder, f"pdf/l-{n}.pdf"))
        yield Made(paper, f"pdf/l-{n}.pdf", "PDF", date=None, notes=paper.notes if "pandoc" in written else [], place="page", is_paged=True)


# ---- archives

def archives(folder, paper):
    n = paper.number
    text = (paper.title + "\n" + "\n".join(paper.body())).encode()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("新闻/内页.txt", text)
    os.makedirs(os.path.join(folder, "archives"), exist_ok=True)
    with tarfile.open(os.path.join(folder, f"archives/{n}.tar.xz"), "w:xz") as made:
        for name, content in (("外层.txt", text), ("内层.zip", inner.getvalue())):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    put(folder, f"archives/{n}.zip", inner.getvalue())
    put(folder, f"archives/{n}.txt.gz", gzip.compress(text))
    for made_id in (f"archives/{n}.tar.xz/外层.txt", f"archives/{n}.tar.xz/内层.zip/新闻/内页.txt", f"archives/{n}.zip/新闻/内页.txt", f"archives/{n}.txt.gz"):
        yield Made(paper, made_id, "archive", date="", notes=[], id=made_id)


MAKERS = [texts, subtitles, pages, records, tables, feeds, mails, crawls, by_pandoc, by_libreoffice, pdfs, archives]
