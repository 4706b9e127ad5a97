"""German as shops and shoppers write it."""

from risk.domain.demo.grammar.form import Grammar

GERMAN = Grammar(
    language="de",
    shop_heads=(
        "Nordlicht", "Lindenhof", "Kontor Seeblick", "Alpenquell", "Hafenstern", "Waldkauz", "Rosengarten",
        "Mühlbach", "Sternwarte", "Bergkristall", "Moorhuhn", "Heidekraut", "Am Alten Markt", "Silberdistel",
        "Elbwiese", "Taubental", "Kornblume", "Dünenwind", "Fuchsbau", "Kupferkanne",
    ),
    shop_tails={
        "electronics": ("Elektronik", "Technik"),
        "fashion": ("Mode", "Textil"),
        "beauty": ("Kosmetik", "Pflege"),
        "home": ("Haushalt", "Wohnen"),
        "toys": ("Spielwaren", "Kinderwelt"),
        "sports": ("Sport", "Freizeit"),
        "groceries": ("Feinkost", "Hofladen"),
        "stationery": ("Papeterie", "Bürobedarf"),
        "automotive": ("Autoteile", "Kfz-Zubehör"),
        "pets": ("Tierbedarf", "Futternapf"),
    },
    handle_heads=(
        "wald", "nebel", "fuchs", "dachs", "regen", "moos", "berg", "kiesel", "apfel", "hafer", "wolken",
        "stern", "igel", "birken", "see", "falken", "honig", "winter", "sommer", "wiesen",
    ),
    handle_tails=(
        "laeufer", "freund", "finder", "wind", "licht", "keks", "traum", "funke", "wanderer", "glueck",
        "kater", "ruhe", "sprung", "tanz", "pfad", "korn",
    ),
    title="{brand} {noun} {finish}, {variant}",
    nouns={
        "electronics": (
            "Bluetooth-Kopfhörer", "USB-C-Schnellladegerät", "Tragbarer Lautsprecher", "Smartwatch",
            "Funkmaus", "Kompakttastatur", "Powerbank 10000 mAh", "Überwachungskamera",
        ),
        "fashion": (
            "Freizeitschuh", "Baumwollshirt", "Umhängetasche", "Windjacke", "Midikleid", "Sonnenbrille",
            "Armbanduhr", "Stadtrucksack",
        ),
        "beauty": (
            "Gesichtsserum", "Matter Lippenstift", "Eau de Parfum 100 ml", "Pinselset", "Körperlotion",
            "Haarmaske", "Sonnencreme LSF 50", "Lidschattenpalette",
        ),
        "home": (
            "Bettwäsche-Set", "Antihaft-Pfanne", "Tischleuchte", "Schubladenordner", "Wohnzimmerteppich",
            "Vorratsdosen", "Verdunkelungsvorhang", "Thermosflasche",
        ),
        "toys": (
            "Bausteine", "Ferngesteuertes Auto", "Gelenkpuppe", "Puzzle 500 Teile", "Brettspiel", "Plüschbär",
            "Knete", "Rennbahn",
        ),
        "sports": (
            "Yogamatte", "Hantelpaar", "Trinkflasche", "Springseil", "Fußball", "Trainingshandschuhe",
            "Campingzelt", "Widerstandsband",
        ),
        "groceries": (
            "Kaffeebohnen 500 g", "Waldhonig", "Cashewkerne", "Natives Olivenöl", "Knuspermüsli",
            "Kräutertee", "Schokolade 70%", "Gewürzmischung",
        ),
        "stationery": (
            "Punktraster-Notizbuch", "Gelstifte-Set", "Wochenplaner", "Federmäppchen", "Textmarker Pastell",
            "Buntstifte 24 Farben", "Kalender", "Haftnotizen",
        ),
        "automotive": (
            "Handyhalterung", "Sitzbezug", "Autostaubsauger", "LED-Lampe H7", "Fußmatten",
            "Reifendruckmesser", "Flüssigwachs", "Rückfahrkamera",
        ),
        "pets": (
            "Katzenbett", "Doppelnapf", "Halsband", "Kratzbaum", "Kauspielzeug", "Trinkbrunnen",
            "Transportbox", "Welpenunterlage",
        ),
    },
    finishes=(
        "Premium", "mit Garantie", "Neues Modell", "langlebig", "Geschenkidee", "Sonderedition", "Basis",
        "ultraleicht", "verstärkt", "sofort lieferbar",
    ),
    variants=(
        "blau", "schwarz", "weiß", "moosgrün", "hellrosa", "grau", "2er-Pack", "3er-Pack", "Größe S",
        "Größe M", "Größe L", "Einzelstück",
    ),
    look_alikes=(
        "Sammlerstück Replika eines Leuchtturms", "Kunstdruck Reproduktion einer alten Karte",
        "Dinosaurier-Replika aus Kunstharz", "Wandspiegel im Format 1:1",
    ),
    listing_text=(
        (
            "Neuware in Originalverpackung.", "Sofort lieferbar.", "Versand innerhalb von 48 Stunden.",
            "Restposten.", "Ideal für jeden Tag.",
        ),
        (
            "Robustes Material, leicht zu reinigen.", "Anleitung auf Deutsch liegt bei.",
            "Sauber verarbeitet.", "Maße auf dem letzten Bild.", "Vor dem Versand geprüft.",
            "Leicht und praktisch.",
        ),
        (
            "Gesetzliche Gewährleistung.", "30 Tage Rückgabe.", "Rechnung mit ausgewiesener MwSt.",
            "Fragen? Schreiben Sie uns.", "Versand klimaneutral.",
        ),
    ),
    review_titles={
        "good": ("Sehr gut", "Empfehlenswert", "Top", "Schnell geliefert", "Guter Kauf", "Begeistert"),
        "fair": ("In Ordnung", "Geht so", "Mittelmaß", "Mehr erwartet", "Okay"),
        "poor": ("Enttäuscht", "Defekt", "Viel zu spät", "Nicht wie beschrieben", "Finger weg"),
    },
    reviews={
        "good": (
            (
                "Gut verpackt.", "Schnelle Lieferung.", "Gefällt mir sehr.", "Wie abgebildet.",
                "Besser als erwartet.", "Als Geschenk gekauft.", "Schon zum zweiten Mal bestellt.",
                "Alles bestens.",
            ),
            (
                "Die Qualität stimmt", "Die Verarbeitung überzeugt", "Funktioniert einwandfrei",
                "Die Größe passt", "Die Farbe ist schön", "Das Material ist fest", "Täglich im Einsatz",
                "Die Familie ist zufrieden",
            ),
            (
                "und der Preis ist fair.", "und der Händler antwortet schnell.", "gerne wieder.",
                "sein Geld wert.", "bisher keine Probleme.", "klare Empfehlung.",
            ),
        ),
        "fair": (
            ("Erfüllt den Zweck.", "Geht so.", "Weder gut noch schlecht.", "Für den Preis in Ordnung."),
            (
                "Der Karton war beschädigt", "Die Farbe weicht etwas ab", "Kam ein paar Tage später",
                "Dünner als auf dem Bild", "Die Anleitung fehlte",
            ),
            ("aber es funktioniert.", "aber brauchbar.", "dafür günstig.", "daher drei Sterne."),
        ),
        "poor": (
            ("Finger weg.", "Sehr enttäuscht.", "Schlecht.", "Etwas anderes erwartet.", "Nie wieder."),
            (
                "Nach zwei Tagen kaputt", "Defekt geliefert", "Weit nach dem Termin angekommen",
                "Falsche Größe geschickt", "Billiges Material", "Der Händler antwortet nicht",
            ),
            (
                "geht zurück.", "niemand hilft.", "rausgeworfenes Geld.", "ich will mein Geld zurück.",
                "schade.",
            ),
        ),
    },
    captions=(
        ("Mein Fund der Woche:", "Eine Woche getestet:", "Heute ausgepackt:", "Oft gefragt:", "Kurzer Tipp:"),
        (
            "lohnt sich das?", "meine ehrliche Meinung", "so nutze ich es täglich", "drei Gründe dafür",
            "vorher und nachher",
        ),
        (
            "Produkt im Video verlinkt.", "Schreibt eure Meinung.", "Gutschein nur heute.",
            "Merken für später.",
        ),
    ),
    buyer_messages=(
        ("Hallo,", "Guten Tag,", "Guten Morgen,", "Kurze Frage:", "Bitte um Auskunft:"),
        (
            "wann wird meine Bestellung verschickt?", "gibt es das auch in Schwarz?",
            "ist eine Geschenkverpackung möglich?", "wie lange ist die Garantie?",
            "kann ich die Größe tauschen?", "kann ich per Überweisung zahlen?", "liegt eine Rechnung bei?",
            "die Sendungsverfolgung steht, können Sie nachsehen?",
        ),
        ("Danke!", "Viele Grüße.", "Vielen Dank.", "Ich brauche es bis Freitag."),
    ),
    seller_messages=(
        ("Hallo!", "Guten Tag,", "Danke für Ihre Nachricht.", "Guten Morgen,"),
        (
            "die Bestellung geht morgen früh raus.", "das Paket ist beim Zusteller.",
            "weitere Farben stehen im Angebot.", "die Gewährleistung gilt zwei Jahre.",
            "Umtausch ist 30 Tage möglich.", "bezahlt wird zur Sicherheit nur über die Plattform.",
            "die Rechnung liegt im Paket.", "die Verfolgung wird binnen 24 Stunden aktualisiert.",
        ),
        ("Bei Fragen gerne melden.", "Viel Freude damit.", "Mit freundlichen Grüßen.", "Bis bald."),
    ),
    counterfeit_marks=(
        "AAA Replika", "1:1 Spiegelqualität", "mirror quality 1:1", "Replika Premium", "wie das Original 1:1",
        "perfekte Kopie",
    ),
    counterfeit_texts=(
        ("Ware {mark},", "Modell {mark},", "Artikel {mark},", "Stück {mark},"),
        (
            "der Unterschied fällt niemandem auf.", "mit Etikett und Karton der Marke.",
            "gleiche Verarbeitung wie die Marke.", "Logo geprägt wie im Laden.",
        ),
        ("Ohne Markenbeleg.", "Echte Bilder auf Anfrage.", "Fabrikpreis.", "Neutraler Versand."),
    ),
    ring_titles=("Perfekt", "Bester Shop", "Volle Punktzahl", "Großartig"),
    ring_reviews=(
        (
            "Bester Shop der Plattform", "Absoluter Spitzenhändler", "Wunderbarer Verkäufer",
            "Perfekter Einkauf",
        ),
        (
            "fantastisches Produkt in Spitzenqualität", "makellose Qualität und perfekte Verarbeitung",
            "traumhaftes Produkt genau wie beschrieben",
        ),
        ("blitzschnelle Lieferung", "kam in Rekordzeit", "schnellster Versand aller Zeiten"),
        ("hier kann jeder bedenkenlos kaufen", "empfehle ich allen Freunden", "unbedingt hier kaufen"),
    ),
    off_platform=(
        ("Hallo mein Freund,", "Lieber Kunde,", "Guten Tag,", "Hallo,"),
        (
            "schreiben Sie mir auf whatsapp", "überweisen Sie direkt auf mein Konto",
            "zahlen Sie außerhalb der Plattform", "melde dich per w h a t s a p p",
            "Anzahlung bitte auf das Privatkonto", "Kontakt über wh4tsapp im Profil",
        ),
        (
            "dann gibt es 15% Rabatt.", "und stornieren Sie hier.", "so fallen keine Gebühren an.",
            "Versand noch heute.", "die Plattform nimmt zu viel.",
        ),
    ),
    scam_terms=("Goldsiegel-Freigabegebühr", "Blitzkaution Paketzoll", "Torpfand Sendung"),
    scam_frames=(
        "Ihr Paket wird aufgehalten, bitte {term} über den gesendeten Link zahlen.",
        "Achtung: ohne {term} geht die Bestellung zurück ins Lager.",
        "Nur noch {term}, wenige Euro, bitte Daten bestätigen.",
        "Guten Morgen, das System verlangt {term} für die Zustellung.",
        "Letzte Möglichkeit, {term} vor der Stornierung zu begleichen.",
    ),
    carriers=("Eilbote Nord", "Taubenpost Logistik", "Flinkpaket", "Postkutsche Express"),
)  # fmt: skip
