"""What stands in the files of the benchmark's archive: rows of customers and payments, letters, contracts, recordings.

Every person, number and company is invented: identity numbers use region codes 99xxxx, which nobody has, with a
valid check digit; mail domains are example.com and .test. The bytes depend on the seed, the file's number and its
size alone.
"""

import array
import base64
import hashlib
import random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国志海红玉梅鑫宇晨轩浩然子涵梓萱欣怡诗琪雨佳俊博文思远嘉琪天宇泽宇一诺"
    "若曦云飞晓东春燕慧玲立新永康德胜"
)
CITIES = (
    "北京市朝阳区 上海市浦东新区 广州市天河区 深圳市南山区 杭州市西湖区 成都市武侯区 武汉市洪山区 西安市雁塔区 南京市鼓楼区 "
    "苏州市工业园区 重庆市渝北区 青岛市市南区 厦门市思明区 长沙市岳麓区 天津市和平区 沈阳市和平区"
).split()
ROADS = (
    "人民路 中山路 解放大道 建设街 科技园路 滨江大道 文化路 新华街 和平路 光明巷 长江路 黄河路 朝阳街 学院路 环城东路 五一大道"
).split()
COMPANIES = "华信 中科 恒泰 东方 金鼎 瑞丰 鸿远 天成 盛世 博雅 联创 新锐".split()
COMPANY_KINDS = "科技有限公司 贸易有限公司 物流有限公司 实业股份有限公司 咨询有限公司 电子商务有限公司".split()
GOODS = (
    "LTP-14 MON-27 KBD-87 SRV-2U SSD-1T NIC-25 RAM-32 CBL-C5 SW-48 UPS-3K LIC-PRO SUP-12M PRT-A4 CAM-4K TAB-11 PHN-X"
).split()
CHANNELS = "ALIPAY WECHAT UNIONPAY BANK_TRANSFER CASH POS".split()
STATES = "PAID SHIPPED CLOSED REFUNDED CANCELLED PENDING".split()
BANKS = "ICBC CCB ABC BOC CMB COMM SPDB CEB".split()
ENGLISH = (
    "the of to and order account contract payment delivery please invoice attached customer service request regarding "
    "confirm schedule meeting your our team will be sent by date number amount reference thank you for contact support "
    "issue resolved pending update shipment address change renew policy terms signed copy review approve finance "
    "department manager regards best original message reply forward subject archive data retention period notice"
).split()
CHINESE = (
    "您好 关于 合同 订单 付款 发票 客户 服务 请 确认 附件 查收 谢谢 配合 本月 账单 金额 已经 到账 物流 发货 地址 变更 续约 条款 签署 盖章 "
    "财务 审批 经理 部门 会议 时间 安排 问题 处理 反馈 回复 尽快 联系 电话 资料 归档 留存 期限 通知 如有 疑问 随时 沟通 顺祝 商祺"
).split()
CLAUSES = (
    "甲方 乙方 应当 按照 本合同 约定 的 期限 支付 货款 交付 标的物 验收 合格 后 违约 责任 赔偿 损失 不可抗力 争议 解决 仲裁 委员会 保密 义务 "
    "知识产权 归属 解除 终止 生效 签字 盖章 一式两份 具有 同等 法律效力 双方 协商 一致 补充 协议 附件 组成部分 增值税 专用发票 质量 保证 "
    "售后 服务"
).split()
MONTHS = ("Jan", "Mar", "May", "Jul", "Sep", "Nov")


def random_for(*key):
    """Random numbers that depend on the key alone."""
    return random.Random(int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=16).digest(), "big"))


def content(seed, kind, number, size, template, template_size):
    """The bytes of one file."""
    r = random_for(seed, "file", kind, number)
    if kind == "csv_customer":
        return rows(customer_csv, r, size, "\ufeff客户号,姓名,电话,证件号码,地址,邮箱,等级,开户日期,评分\n")
    if kind == "json_customer":
        return rows(customer_json, r, size)
    if kind == "csv_order":
        return rows(order_csv, r, size, "order_id,customer_id,created_at,sku,qty,price,total,status,channel\n")
    if kind == "jsonl_payment":
        return rows(payment_json, r, size)
    if kind == "recording":
        return (b"#!AMR-WB\n" + r.randbytes(size))[:size]
    if kind == "contract":
        return contract(seed, number, r, size, template, template_size)
    return mail(number, r, size)


def rows(row, r, size, head=""):
    """Rows until there are that many bytes; the last row is cut."""
    parts = [head.encode()] if head else []
    have = sum(map(len, parts))
    while have < size:
        v = numbers(r, 8 * 256)
        count = 256 if size - have > 20000 else max(1, (size - have) // 90)
        part = "".join([row(v[8 * k : 8 * k + 8]) for k in range(count)]).encode()
        parts.append(part)
        have += len(part)
    bytes = b"".join(parts)[:size]
    return bytes[:-1] + b"\n" if bytes else bytes


def numbers(r, count):
    return array.array("I", r.randbytes(4 * count))


def customer_csv(v):
    return "%08d,%s,%s,%s,%s%s%d号%d室,u%d@example.com,%s,20%02d-%02d-%02d,%d\n" % (
        v[0] % 100000000, name(v[1]), phone(v[2]), identity_number(v[3], v[4]), CITIES[v[5] & 15],
        ROADS[(v[5] >> 4) & 15], (v[5] >> 8) % 400 + 1, (v[5] >> 18) % 2400 + 101, v[6] % 1000000,
        "VIP" if v[7] & 7 == 0 else "STD", v[7] % 24, (v[7] >> 5) % 12 + 1, (v[7] >> 9) % 28 + 1,
        (v[7] >> 16) % 1000)  # fmt: skip


def customer_json(v):
    return (
        '{"id":%d,"name":"%s","phone":"%s","id_no":"%s","address":"%s%s%d号","email":"u%d@example.com",'
        '"level":"%s","opened":"20%02d-%02d-%02d","kyc":true,"score":%d}\n'
    ) % (
        v[0] % 100000000, name(v[1]), phone(v[2]), identity_number(v[3], v[4]), CITIES[v[5] & 15],
        ROADS[(v[5] >> 4) & 15], (v[5] >> 8) % 400 + 1, v[6] % 1000000, "VIP" if v[7] & 7 == 0 else "STD",
        v[7] % 24, (v[7] >> 5) % 12 + 1, (v[7] >> 9) % 28 + 1, (v[7] >> 16) % 1000)  # fmt: skip


def order_csv(v):
    count, price = v[4] % 20 + 1, v[5] % 500000 + 100
    return "%d%010d,%08d,20%02d-%02d-%02dT%02d:%02d:%02d+08:00,%s,%d,%d.%02d,%d.%02d,%s,%s\n" % (
        20, v[0], v[1] % 100000000, 10 + v[2] % 15, (v[2] >> 4) % 12 + 1, (v[2] >> 8) % 28 + 1,
        (v[3] >> 4) % 24, (v[3] >> 9) % 60, (v[3] >> 15) % 60, GOODS[v[4] >> 5 & 15], count, price // 100,
        price % 100, price * count // 100, price * count % 100, STATES[v[6] % 6], CHANNELS[v[7] % 6])  # fmt: skip


def payment_json(v):
    return (
        '{"pay_id":"P%010d","order":"%d%010d","cust":%d,"ts":%d,"amount":"%d.%02d","ccy":"CNY","channel":"%s",'
        '"bank":"%s","acct":"62%04d****%04d","status":"%s"}\n'
    ) % (
        v[0], 20, v[1], v[2] % 100000000, 1300000000 + v[3] % 400000000, v[4] % 20000, (v[4] >> 16) % 100,
        CHANNELS[v[5] % 6], BANKS[v[5] >> 8 & 7], v[6] % 10000, (v[6] >> 14) % 10000, STATES[v[7] % 6])  # fmt: skip


def name(x):
    text = SURNAMES[x % len(SURNAMES)] + GIVEN[(x >> 8) % len(GIVEN)]
    return text + GIVEN[(x >> 16) % len(GIVEN)] if x & 0x3000000 else text


def phone(x):
    return "1%d%09d" % (3 + x % 7, (x * 2654435761) % 1000000000)


def identity_number(x, y):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = "99%04d%04d%02d%02d%03d" % (
        x % 9000 + 1000, 1950 + y % 56, (x >> 14) % 12 + 1, (y >> 8) % 28 + 1, (x >> 20) % 1000)  # fmt: skip
    return digits + "10X98765432"[sum(int(c) * w for c, w in zip(digits, weights)) % 11]


def contract(seed, number, r, size, template, template_size):
    """A contract like a PDF; most share the body of a template, byte by byte."""
    head = "%%PDF-1.7\n%%âãÏÓ\n1 0 obj\n<< /Title (合同 %s%s HT-%08d) /Party (%s) /IdNo (%s) >>\nendobj\n" % (
        COMPANIES[r.randrange(12)], COMPANY_KINDS[r.randrange(6)], number, name(r.getrandbits(28)),
        identity_number(r.getrandbits(32), r.getrandbits(16)))  # fmt: skip
    head = head.encode()
    body = pdf_objects(random_for(seed, "template", template), template_size, 2) if template_size else b""
    rest = max(0, size - len(head) - len(body) - 60)
    tail = b"\nxref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n%010d\n%%%%EOF\n" % rest
    return (head + body + pdf_objects(r, rest, 9000) + tail)[:size]


def pdf_objects(r, size, first):
    """Text operators (about a sixth) and random streams that stand for deflated pages and scans."""
    parts, have, number = [], 0, first
    while have < size:
        length = min(max(900, int(r.lognormvariate(9.6, 0.9))), 120000)
        if r.random() < 0.35:
            text = prose(r, length // 3, CLAUSES, "", 60)
            head = b"%d 0 obj\n<< /Type /Content /Length %d >>\nstream\nBT /F1 10.5 Tf 72 720 Td\n" % (number, len(text))
            part = head + text + b"\nET\nendstream\nendobj\n"
        else:
            head = (
                b"%d 0 obj\n<< /Type /XObject /Subtype /Image /Filter /FlateDecode /Width 1240 /Height 1754 "
                b"/BitsPerComponent 8 /Length %d >>\nstream\n"
            ) % (number, length)
            part = head + r.randbytes(length) + b"\nendstream\nendobj\n"
        parts.append(part)
        have += len(part)
        number += 1
    return b"".join(parts)[:size]


def prose(r, size, words, separator, width):
    parts, have, count = [], 0, len(words)
    while have < size:
        line, length = [], 0
        for x in numbers(r, 2000):
            word = words[(x & 0xFFFF) * (x >> 16) % count if x & 1 else x % count]
            line.append(word)
            length += len(word) + 1
            if length > width:
                line.append("\r\n")
                length = 0
        part = separator.join(line).encode()
        parts.append(part)
        have += len(part)
    return b"".join(parts)[:size]


def mail(number, r, size):
    """A letter of a few KB; one in five carries an attachment in base64."""
    v = numbers(r, 6)
    head = mail_head(number, r, v).encode()
    length = max(0, size - len(head))
    if number % 5 == 0 and length > 3000:
        attached = base64.encodebytes(r.randbytes(length * 3 // 8)).replace(b"\n", b"\r\n")
        return (head + prose(r, max(0, length - len(attached)), CHINESE, "", 38) + attached)[:size]
    if number % 3:
        return (head + prose(r, length, CHINESE, "", 38))[:size]
    return (head + prose(r, length, ENGLISH, " ", 72))[:size]


def mail_head(number, r, v):
    return (
        "Return-Path: <svc%d@example.com>\r\n"
        "Received: from mx%d.example.test (10.%d.%d.%d) by mail.example.com with ESMTPS id %s\r\n"
        "Date: %02d %s 20%02d %02d:%02d:%02d +0800\r\nFrom: =?UTF-8?B?%s?= <u%d@example.com>\r\n"
        "To: <archive%d@example.com>\r\nSubject: =?UTF-8?B?%s?=\r\nMessage-ID: <%s@example.com>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        "X-Archive-Case: %d\r\n\r\n"
    ) % (
        v[0] % 400, v[0] >> 8 & 7, v[1] & 255, v[1] >> 8 & 255, v[1] >> 16 & 255, r.randbytes(9).hex(),
        v[2] % 28 + 1, MONTHS[v[2] >> 8 & 3], 10 + (v[2] >> 12) % 15, v[3] % 24, (v[3] >> 8) % 60,
        (v[3] >> 16) % 60, in_base64(name(v[4])), v[4] % 1000000, v[5] % 20,
        in_base64("".join(CHINESE[(v[5] >> s) % len(CHINESE)] for s in (0, 5, 10, 15))), r.randbytes(12).hex(),
        number)  # fmt: skip


def in_base64(text):
    return base64.b64encode(text.encode()).decode()
