"""The sentences of notices that no policy writes, in the languages of the shipped policies.

They go to sellers, buyers and creators in their language, which need not be one of the console's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from policies.domain.schemes import MilestoneActionKind

BASE_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed sentences of one language. `kinds` names each sanction; the others have places in braces."""

    kinds: Mapping[MilestoneActionKind, str]
    for_days: str
    held: str
    nothing: str
    points: str
    points_cost: str
    warning: str
    never: str
    fact: str
    neutral: str
    rate: str
    decimal: str
    withdrawn_title: str
    withdrawn_body: str
    in_force_title: str
    in_force_body: str
    months: tuple[str, ...]
    date: str


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_K = MilestoneActionKind

WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        kinds={
            _K.CAMPAIGN_BLOCK: "No part in campaigns",
            _K.AFFILIATE_BLOCK: "No part in the affiliate programme",
            _K.SUBSIDY_BLOCK: "No subsidies from the marketplace",
            _K.LISTING_CREATE_BLOCK: "No new listings",
            _K.LIVESTREAM_DEMOTION: "Livestreams are shown to fewer people",
            _K.RECOMMENDATION_REMOVAL: "No place in recommendations",
            _K.SEARCH_DEMOTION: "A lower place in search results",
            _K.ORDER_LIMIT: "A limit on orders per day",
            _K.PAYOUT_HOLD: "Payouts are held",
            _K.SHOP_SUSPENSION: "The shop is suspended",
            _K.SHOP_TERMINATION: "The shop is closed for good",
            _K.LEGAL_REFERRAL: "The matter is handed to the legal department",
        },
        for_days="{action} until {until}",
        held="{action} (proposed; a second person decides on it)",
        nothing="No restriction follows.",
        points="{points} points; the account now stands at {value} of {maximum}",
        points_cost="{points} points fewer; the account now stands at {value} of {maximum}",
        warning="{distance} more points lead to the next restriction.",
        never="these points do not expire",
        fact="{day}: {reason}",
        neutral="Our check found a breach of this policy.",
        rate="{count} of {volume}, {share}",
        decimal=".",
        withdrawn_title="We have withdrawn our decision of {day}",
        withdrawn_body=(
            "Hello {entity_name},\n\nwe have withdrawn our decision of {day} under “{policy_title}”. Its points no "
            "longer count, and the restrictions that rested on it have been lifted."
        ),
        in_force_title="A restriction on your account is in force",
        in_force_body=(
            "Hello {entity_name},\n\na second person has agreed to the restriction that our decision under "
            "“{policy_title}” proposed: {action}.\n\nYou can appeal until {appeal_until} on your account page."
        ),
        months=_months("January February March April May June July August September October November December"),
        date="{day} {month} {year}",
    ),
    "pt": Wording(
        kinds={
            _K.CAMPAIGN_BLOCK: "Sem participação em campanhas",
            _K.AFFILIATE_BLOCK: "Sem participação no programa de afiliados",
            _K.SUBSIDY_BLOCK: "Sem subsídios do marketplace",
            _K.LISTING_CREATE_BLOCK: "Sem novos anúncios",
            _K.LIVESTREAM_DEMOTION: "Transmissões ao vivo exibidas a menos pessoas",
            _K.RECOMMENDATION_REMOVAL: "Fora das recomendações",
            _K.SEARCH_DEMOTION: "Posição mais baixa nos resultados de busca",
            _K.ORDER_LIMIT: "Limite de pedidos por dia",
            _K.PAYOUT_HOLD: "Repasses retidos",
            _K.SHOP_SUSPENSION: "Loja suspensa",
            _K.SHOP_TERMINATION: "Loja encerrada em definitivo",
            _K.LEGAL_REFERRAL: "Caso encaminhado ao departamento jurídico",
        },
        for_days="{action} até {until}",
        held="{action} (proposta; outra pessoa ainda vai decidir)",
        nothing="Não há restrição.",
        points="{points} pontos; a conta está agora em {value} de {maximum}",
        points_cost="{points} pontos a menos; a conta está agora em {value} de {maximum}",
        warning="Com mais {distance} pontos vem a próxima restrição.",
        never="estes pontos não expiram",
        fact="{day}: {reason}",
        neutral="Nossa verificação encontrou uma infração a esta política.",
        rate="{count} de {volume}, {share}",
        decimal=",",
        withdrawn_title="Retiramos nossa decisão de {day}",
        withdrawn_body=(
            "Olá, {entity_name},\n\nretiramos nossa decisão de {day} com base em “{policy_title}”. Os pontos não "
            "contam mais, e as restrições que dependiam dela foram suspensas."
        ),
        in_force_title="Uma restrição à sua conta está em vigor",
        in_force_body=(
            "Olá, {entity_name},\n\numa segunda pessoa confirmou a restrição proposta em nossa decisão com base em "
            "“{policy_title}”: {action}.\n\nVocê pode recorrer até {appeal_until} na página da sua conta."
        ),
        months=_months("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        date="{day} de {month} de {year}",
    ),
    "id": Wording(
        kinds={
            _K.CAMPAIGN_BLOCK: "Tidak dapat mengikuti kampanye",
            _K.AFFILIATE_BLOCK: "Tidak dapat mengikuti program afiliasi",
            _K.SUBSIDY_BLOCK: "Tidak menerima subsidi dari marketplace",
            _K.LISTING_CREATE_BLOCK: "Tidak dapat menambah produk baru",
            _K.LIVESTREAM_DEMOTION: "Siaran langsung ditampilkan kepada lebih sedikit orang",
            _K.RECOMMENDATION_REMOVAL: "Tidak tampil di rekomendasi",
            _K.SEARCH_DEMOTION: "Posisi lebih rendah di hasil pencarian",
            _K.ORDER_LIMIT: "Jumlah pesanan per hari dibatasi",
            _K.PAYOUT_HOLD: "Pencairan dana ditahan",
            _K.SHOP_SUSPENSION: "Toko ditangguhkan",
            _K.SHOP_TERMINATION: "Toko ditutup permanen",
            _K.LEGAL_REFERRAL: "Perkara diserahkan ke bagian hukum",
        },
        for_days="{action} hingga {until}",
        held="{action} (usulan; orang kedua akan memutuskan)",
        nothing="Tidak ada pembatasan.",
        points="{points} poin; akun sekarang berada di {value} dari {maximum}",
        points_cost="berkurang {points} poin; akun sekarang berada di {value} dari {maximum}",
        warning="{distance} poin lagi akan membawa pembatasan berikutnya.",
        never="poin ini tidak kedaluwarsa",
        fact="{day}: {reason}",
        neutral="Pemeriksaan kami menemukan pelanggaran terhadap kebijakan ini.",
        rate="{count} dari {volume}, {share}",
        decimal=",",
        withdrawn_title="Kami mencabut keputusan kami tanggal {day}",
        withdrawn_body=(
            "Halo {entity_name},\n\nkami mencabut keputusan kami tanggal {day} berdasarkan “{policy_title}”. Poinnya "
            "tidak lagi dihitung, dan pembatasan yang bersumber darinya telah dihapus."
        ),
        in_force_title="Pembatasan pada akun Anda mulai berlaku",
        in_force_body=(
            "Halo {entity_name},\n\norang kedua telah menyetujui pembatasan yang diusulkan dalam keputusan kami "
            "berdasarkan “{policy_title}”: {action}.\n\nAnda dapat mengajukan banding hingga {appeal_until} di "
            "halaman akun Anda."
        ),
        months=_months("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"),
        date="{day} {month} {year}",
    ),
    "de": Wording(
        kinds={
            _K.CAMPAIGN_BLOCK: "Keine Teilnahme an Kampagnen",
            _K.AFFILIATE_BLOCK: "Keine Teilnahme am Partnerprogramm",
            _K.SUBSIDY_BLOCK: "Keine Zuschüsse des Marktplatzes",
            _K.LISTING_CREATE_BLOCK: "Keine neuen Angebote",
            _K.LIVESTREAM_DEMOTION: "Livestreams werden weniger Menschen gezeigt",
            _K.RECOMMENDATION_REMOVAL: "Keine Aufnahme in Empfehlungen",
            _K.SEARCH_DEMOTION: "Ein niedrigerer Platz in den Suchergebnissen",
            _K.ORDER_LIMIT: "Begrenzte Zahl von Bestellungen am Tag",
            _K.PAYOUT_HOLD: "Auszahlungen werden zurückgehalten",
            _K.SHOP_SUSPENSION: "Der Shop ist gesperrt",
            _K.SHOP_TERMINATION: "Der Shop ist endgültig geschlossen",
            _K.LEGAL_REFERRAL: "Die Sache geht an die Rechtsabteilung",
        },
        for_days="{action} bis {until}",
        held="{action} (vorgeschlagen; eine zweite Person entscheidet darüber)",
        nothing="Es folgt keine Einschränkung.",
        points="{points} Punkte; das Konto steht nun bei {value} von {maximum}",
        points_cost="{points} Punkte weniger; das Konto steht nun bei {value} von {maximum}",
        warning="Mit {distance} weiteren Punkten folgt die nächste Einschränkung.",
        never="diese Punkte verfallen nicht",
        fact="{day}: {reason}",
        neutral="Unsere Prüfung hat einen Verstoß gegen diese Richtlinie ergeben.",
        rate="{count} von {volume}, {share}",
        decimal=",",
        withdrawn_title="Wir haben unsere Entscheidung vom {day} zurückgenommen",
        withdrawn_body=(
            "Guten Tag {entity_name},\n\nwir haben unsere Entscheidung vom {day} nach „{policy_title}“ "
            "zurückgenommen. Ihre Punkte zählen nicht mehr, und die Einschränkungen, die auf ihr beruhten, sind "
            "aufgehoben."
        ),
        in_force_title="Eine Einschränkung Ihres Kontos gilt jetzt",
        in_force_body=(
            "Guten Tag {entity_name},\n\neine zweite Person hat der Einschränkung zugestimmt, die unsere Entscheidung "
            "nach „{policy_title}“ vorgeschlagen hat: {action}.\n\nSie können bis {appeal_until} auf Ihrer Kontoseite "
            "widersprechen."
        ),
        months=_months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        date="{day}. {month} {year}",
    ),
}


def choose_locale(available: Iterable[str], wanted: Iterable[str]) -> str:
    """Return the first wanted language that is available, else English, else whatever there is.

    A region is tried before its language (`pt-br` before `pt`), and a language meets any of its regions. Raises
    ValueError when nothing is available.
    """
    names = {name.replace("_", "-").lower(): name for name in available}
    if not names:
        raise ValueError("there is no wording in any language")
    for locale in (*wanted, BASE_LOCALE):
        tag = locale.replace("_", "-").lower()
        language = tag.split("-")[0]
        regions = sorted(name for name in names if name.split("-")[0] == language)
        for name in (tag, language, *regions):
            if name in names:
                return names[name]
    return min(names.values())


def wording_for(locale: str) -> Wording:
    """Return the sentences of a language, English when it has none."""
    return WORDINGS[choose_locale(WORDINGS, (locale,))]


def say_share(locale: str, share: float) -> str:
    """Return a share in per cent with one decimal, as people of the language write it."""
    return f"{share * 100:.1f} %".replace(".", wording_for(locale).decimal)


def speaks(name: str, locale: str) -> bool:
    """Say whether a text in the language `name` can be read by who reads `locale`; regions do not matter."""
    return name.replace("_", "-").lower().split("-")[0] == locale.replace("_", "-").lower().split("-")[0]


def say_date(locale: str, day: date) -> str:
    """Return a date as people of the language write it, with the month in words."""
    wording = wording_for(locale)
    return wording.date.format(day=day.day, month=wording.months[day.month - 1], year=day.year)
