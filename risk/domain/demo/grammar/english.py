"""English as shops and shoppers write it; also the language of markets without a grammar of their own."""

from risk.domain.demo.grammar.form import Grammar

ENGLISH = Grammar(
    language="en",
    shop_heads=(
        "Harbor Lane", "Maple & Reed", "Blue Lantern", "Copper Kettle", "Willow Bend", "North Pier",
        "Old Mill", "Silver Fern", "Juniper Row", "Tidewater", "Foxglove", "Bright Acre", "Pebble Creek",
        "Sunny Corner", "Red Barn", "Kite & Key", "Cloudberry", "Marlow Street", "Ivy Gate", "Little Otter",
    ),
    shop_tails={
        "electronics": ("Electronics", "Gadgets"),
        "fashion": ("Apparel", "Outfitters"),
        "beauty": ("Beauty", "Cosmetics"),
        "home": ("Home", "Housewares"),
        "toys": ("Toys", "Playroom"),
        "sports": ("Sports", "Outdoors"),
        "groceries": ("Pantry", "Provisions"),
        "stationery": ("Paper", "Stationery"),
        "automotive": ("Auto", "Motor Parts"),
        "pets": ("Pet Supply", "Paws"),
    },
    handle_heads=(
        "misty", "quiet", "sunny", "brisk", "mellow", "clever", "amber", "cobalt", "mossy", "breezy",
        "velvet", "lucky", "rusty", "gentle", "frosty", "nimble", "plucky", "dusty", "silver", "merry",
    ),
    handle_tails=(
        "otter", "maple", "kettle", "comet", "pebble", "heron", "biscuit", "lantern", "thistle", "badger",
        "canyon", "teapot", "sparrow", "meadow", "anchor", "walnut",
    ),
    title="{brand} {noun} {finish}, {variant}",
    nouns={
        "electronics": (
            "Wireless Earbuds", "USB-C Fast Charger", "Portable Speaker", "Smartwatch", "Wireless Mouse",
            "Compact Keyboard", "Power Bank 10000 mAh", "Security Camera",
        ),
        "fashion": (
            "Casual Sneakers", "Cotton T-Shirt", "Crossbody Bag", "Windbreaker", "Midi Dress", "Sunglasses",
            "Wrist Watch", "City Backpack",
        ),
        "beauty": (
            "Face Serum", "Matte Lipstick", "Perfume 100 ml", "Brush Set", "Body Lotion", "Hair Mask",
            "Sunscreen SPF 50", "Eyeshadow Palette",
        ),
        "home": (
            "Bed Sheet Set", "Nonstick Pan", "Desk Lamp", "Drawer Organizer", "Living Room Rug",
            "Storage Jars", "Blackout Curtain", "Thermos Bottle",
        ),
        "toys": (
            "Building Blocks", "Remote Control Car", "Jointed Doll", "500-Piece Puzzle", "Board Game",
            "Plush Bear", "Modelling Clay", "Race Track",
        ),
        "sports": (
            "Yoga Mat", "Dumbbell Pair", "Water Bottle", "Jump Rope", "Football", "Training Gloves",
            "Camping Tent", "Resistance Band",
        ),
        "groceries": (
            "Coffee Beans 500 g", "Wild Honey", "Cashew Nuts", "Extra Virgin Olive Oil", "Crunchy Granola",
            "Herbal Tea", "Chocolate 70%", "Spice Mix",
        ),
        "stationery": (
            "Dotted Notebook", "Gel Pen Set", "Weekly Planner", "Pencil Case", "Pastel Highlighters",
            "24 Colored Pencils", "Diary", "Sticky Notes",
        ),
        "automotive": (
            "Phone Mount", "Seat Cover", "Car Vacuum", "LED Bulb H7", "Floor Mats", "Tire Pressure Gauge",
            "Liquid Wax", "Rear View Camera",
        ),
        "pets": (
            "Cat Bed", "Double Bowl", "Adjustable Collar", "Scratching Post", "Chew Toy", "Water Fountain",
            "Carrier Box", "Training Pads",
        ),
    },
    finishes=(
        "Premium", "with Warranty", "New Model", "Long Lasting", "Gift Idea", "Special Edition", "Basic",
        "Ultralight", "Reinforced", "Ready to Ship",
    ),
    variants=(
        "blue", "black", "white", "moss green", "light pink", "grey", "2-pack", "3-pack", "size S", "size M",
        "size L", "single",
    ),
    look_alikes=(
        "Collector's Lighthouse Replica Miniature", "Art Print Reproduction of an Old Map",
        "Resin Dinosaur Replica", "Square Wall Mirror 1:1",
    ),
    listing_text=(
        ("Brand new, boxed.", "In stock.", "Ships within 48 hours.", "Last units.", "Made for every day."),
        (
            "Sturdy and easy to clean.", "Manual included.", "Neatly finished.",
            "Measurements in the last photo.", "Tested before shipping.", "Light and handy.",
        ),
        (
            "90-day warranty.", "30-day returns.", "Invoice in every parcel.", "Questions? Just ask.",
            "Plastic-free packaging.",
        ),
    ),
    review_titles={
        "good": ("Very good", "Recommended", "Love it", "Fast delivery", "Great buy", "Excellent"),
        "fair": ("Okay", "So-so", "Average", "Expected more", "Does the job"),
        "poor": ("Disappointed", "Faulty", "Far too late", "Not as described", "Avoid"),
    },
    reviews={
        "good": (
            (
                "Well packed.", "Quick delivery.", "Really like it.", "Just as pictured.",
                "Better than expected.", "Bought as a gift.", "Second time ordering.", "All went well.",
            ),
            (
                "The quality is good", "Nicely finished", "Works as it should", "The size fits",
                "Lovely colour", "Solid material", "In use every day", "The family approves",
            ),
            (
                "and the price is fair.", "and the shop replies fast.", "would buy again.",
                "worth the money.", "no trouble so far.", "recommended.",
            ),
        ),
        "fair": (
            ("Does the job.", "So-so.", "Neither good nor bad.", "Fine for the price."),
            (
                "The box was dented", "The colour is a bit off", "Came a few days later",
                "Thinner than in the photo", "No manual inside",
            ),
            ("but it works.", "but usable.", "cheap enough.", "hence three stars."),
        ),
        "poor": (
            ("Avoid.", "Very disappointed.", "Bad.", "Expected something else.", "Never again."),
            (
                "Stopped working after two days", "Arrived faulty", "Came long after the promised date",
                "Wrong size sent", "Flimsy material", "The shop does not answer",
            ),
            ("sending it back.", "nobody helps.", "waste of money.", "I want a refund.", "a pity."),
        ),
    },
    captions=(
        ("Find of the week:", "Tested for a week:", "Unboxing today:", "You asked:", "Quick tip:"),
        (
            "is it worth it?", "my honest opinion", "how I use it daily", "three reasons to like it",
            "before and after",
        ),
        ("Product linked in the video.", "Tell me what you think.", "Voucher today only.", "Save for later."),
    ),
    buyer_messages=(
        ("Hi,", "Hello,", "Good morning,", "Quick question:", "Please,"),
        (
            "when will my order ship?", "do you have it in black?", "can you gift wrap it?",
            "how long is the warranty?", "can I swap the size?", "can I pay by bank transfer?",
            "is an invoice included?", "tracking does not move, could you check?",
        ),
        ("Thanks!", "Kind regards.", "Cheers.", "I need it by Friday."),
    ),
    seller_messages=(
        ("Hello!", "Good morning,", "Thanks for your message.", "Hi,"),
        (
            "your order goes out tomorrow morning.", "the parcel is with the carrier.",
            "other colours are in the listing.", "the warranty is 90 days.",
            "you can exchange within 30 days.", "payment is only through the site, to keep you safe.",
            "the invoice is in the parcel.", "tracking updates within 24 hours.",
        ),
        ("Let us know if anything is unclear.", "Enjoy!", "Best wishes.", "See you soon."),
    ),
    counterfeit_marks=(
        "AAA replica", "1:1 mirror quality", "premium replica", "superfake 1:1", "identical to the original",
        "perfect copy",
    ),
    counterfeit_texts=(
        ("Item is {mark},", "Model {mark},", "This piece is {mark},", "Goods are {mark},"),
        (
            "nobody sees the difference.", "with tag and box of the brand.", "same finish as the brand.",
            "logo embossed as in the store.",
        ),
        ("No brand receipt.", "Real photos in chat.", "Factory price.", "Ships discreetly."),
    ),
    ring_titles=("Perfect", "Best shop", "Ten out of ten", "Amazing"),
    ring_reviews=(
        ("Best shop on this site", "Absolute top seller", "Wonderful merchant", "Perfect purchase"),
        (
            "amazing product of superior quality", "flawless quality and perfect finish",
            "fantastic product exactly as described",
        ),
        ("super fast shipping", "arrived in record time", "quickest delivery ever"),
        ("buy here without fear", "recommend to all my friends", "everyone should buy here"),
    ),
    off_platform=(
        ("Hello friend,", "Dear customer,", "Good day,", "Hi,"),
        (
            "message me on whatsapp", "pay me directly by bank transfer", "pay outside the site",
            "contact me on w h a t s a p p", "send the deposit to my private account",
            "find my wh4tsapp in the profile",
        ),
        (
            "and get 15% off.", "and cancel the order here.", "so there are no fees.", "I ship today.",
            "the site takes too much.",
        ),
    ),
    scam_terms=("golden release seal", "flash customs bond", "parcel gate deposit"),
    scam_frames=(
        "Your parcel is held, please pay the {term} through the link I sent.",
        "Attention: without the {term} the order returns to the warehouse.",
        "Only the {term} is missing, a small amount, confirm your details.",
        "Good morning, the system asks for a {term} to release the parcel.",
        "Last chance to settle the {term} before cancellation.",
    ),
    carriers=("Swiftwing Parcel", "Lantern Post", "Overland Couriers", "Heron Express"),
)  # fmt: skip
