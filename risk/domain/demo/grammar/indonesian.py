"""Indonesian as shops and shoppers write it."""

from risk.domain.demo.grammar.form import Grammar

INDONESIAN = Grammar(
    language="id",
    shop_heads=(
        "Toko Melati", "Griya Kenanga", "Warung Cempaka", "Pusat Anggrek", "Rumah Sawo", "Toko Merpati",
        "Lapak Pelangi", "Gudang Rembulan", "Toko Bintang Timur", "Kios Cendana", "Galeri Nusa",
        "Toko Sinar Pagi", "Pondok Kelapa", "Bale Mawar", "Toko Surya Abadi", "Lapak Kancil", "Rumah Teratai",
        "Toko Angin Laut", "Kios Jati", "Dapur Pandan",
    ),
    shop_tails={
        "electronics": ("Elektronik", "Gadget", ""),
        "fashion": ("Busana", "Fashion", ""),
        "beauty": ("Kosmetik", "Cantik"),
        "home": ("Perabot", "Rumah Tangga", ""),
        "toys": ("Mainan", "Anak Ceria"),
        "sports": ("Olahraga", "Petualang"),
        "groceries": ("Sembako", "Oleh-Oleh"),
        "stationery": ("Alat Tulis", "Kertas"),
        "automotive": ("Otomotif", "Sparepart"),
        "pets": ("Sahabat Hewan", "Petshop"),
    },
    handle_heads=(
        "kopi", "senja", "hujan", "bulan", "kucing", "rusa", "kancil", "mangga", "pandan", "jahe", "angin",
        "ombak", "kelapa", "melati", "rambutan", "merpati", "embun", "pasir", "bambu", "kunang",
    ),
    handle_tails=(
        "biru", "hijau", "ceria", "pagi", "malam", "manis", "santai", "gesit", "jingga", "selatan", "utara",
        "tenang", "mungil", "jelajah", "terang", "lembut",
    ),
    title="{noun} {brand} {finish} {variant}",
    nouns={
        "electronics": (
            "Headset Bluetooth", "Kepala Charger Cepat", "Speaker Portabel", "Jam Tangan Pintar",
            "Mouse Nirkabel", "Keyboard Mini", "Power Bank 10000 mAh", "Kamera CCTV",
        ),
        "fashion": (
            "Sepatu Kasual", "Kaos Katun", "Tas Selempang", "Jaket Parasut", "Gamis Polos", "Kacamata Hitam",
            "Jam Tangan", "Ransel Harian",
        ),
        "beauty": (
            "Serum Wajah", "Lipstik Matte", "Parfum 100 ml", "Set Kuas Makeup", "Body Lotion",
            "Masker Rambut", "Tabir Surya SPF 50", "Palet Eyeshadow",
        ),
        "home": (
            "Sprei Katun", "Wajan Anti Lengket", "Lampu Meja", "Rak Serbaguna", "Karpet Bulu", "Set Toples",
            "Gorden Blackout", "Botol Termos",
        ),
        "toys": (
            "Balok Susun", "Mobil Remote", "Boneka Lucu", "Puzzle 500 Keping", "Papan Permainan",
            "Boneka Beruang", "Lilin Mainan", "Lintasan Balap",
        ),
        "sports": (
            "Matras Yoga", "Dumbel Set", "Botol Minum", "Tali Skipping", "Bola Sepak", "Sarung Tangan Gym",
            "Tenda Camping", "Resistance Band",
        ),
        "groceries": (
            "Kopi Bubuk 500 g", "Madu Hutan", "Kacang Mete", "Minyak Zaitun", "Granola Renyah", "Teh Herbal",
            "Cokelat 70%", "Sambal Botol",
        ),
        "stationery": (
            "Buku Catatan", "Set Pulpen Gel", "Planner Mingguan", "Kotak Pensil", "Stabilo Pastel",
            "Pensil Warna 24", "Agenda", "Sticky Notes",
        ),
        "automotive": (
            "Holder HP Mobil", "Sarung Jok", "Vacuum Mobil", "Lampu LED H7", "Karpet Mobil",
            "Pompa Ban Digital", "Wax Cair", "Kamera Mundur",
        ),
        "pets": (
            "Kasur Kucing", "Tempat Makan Ganda", "Kalung Kucing", "Garukan Kucing", "Mainan Gigit",
            "Dispenser Air", "Tas Hewan", "Alas Pipis",
        ),
    },
    finishes=(
        "Premium", "Bergaransi", "Model Baru", "Tahan Lama", "Cocok untuk Kado", "Edisi Spesial", "Ekonomis",
        "Ringan", "Tebal", "Siap Kirim",
    ),
    variants=(
        "Biru", "Hitam", "Putih", "Hijau Army", "Pink Muda", "Abu-Abu", "Isi 2", "Isi 3", "Ukuran S",
        "Ukuran M", "Ukuran L", "Satuan",
    ),
    look_alikes=(
        "Miniatur Replika Candi untuk Koleksi", "Poster Reproduksi Peta Kuno", "Replika Dinosaurus Resin",
        "Cermin Dinding Rasio 1:1",
    ),
    listing_text=(
        (
            "Barang baru, segel.", "Stok siap kirim.", "Dikirim maksimal 2 hari.", "Stok terbatas.",
            "Cocok untuk harian.",
        ),
        (
            "Bahan kuat dan mudah dibersihkan.", "Ada buku panduan.", "Jahitan rapi.",
            "Ukuran ada di foto terakhir.", "Sudah dites sebelum kirim.", "Ringan dan praktis.",
        ),
        (
            "Garansi toko 30 hari.", "Bisa tukar ukuran 7 hari.", "Invoice di setiap paket.",
            "Silakan tanya lewat chat.", "Wajib video unboxing.",
        ),
    ),
    review_titles={
        "good": ("Mantap", "Puas banget", "Rekomendasi", "Cepat sampai", "Bagus", "Sesuai pesanan"),
        "fair": ("Lumayan", "Biasa saja", "Oke lah", "Standar", "Kurang sedikit"),
        "poor": ("Kecewa", "Barang rusak", "Lama sekali", "Tidak sesuai", "Jangan beli"),
    },
    reviews={
        "good": (
            (
                "Packing rapi.", "Pengiriman cepat.", "Suka sekali.", "Barang sesuai foto.",
                "Di luar dugaan.", "Beli buat kado.", "Sudah langganan.", "Pesanan lengkap.",
            ),
            (
                "Kualitasnya bagus", "Jahitannya rapi", "Berfungsi normal", "Ukurannya pas",
                "Warnanya cantik", "Bahannya tebal", "Dipakai tiap hari", "Keluarga suka",
            ),
            (
                "dan harganya pas.", "dan penjual ramah.", "pasti beli lagi.", "sepadan dengan harga.",
                "sejauh ini aman.", "recommended.",
            ),
        ),
        "fair": (
            ("Lumayan lah.", "Biasa saja.", "Standar.", "Sesuai harga."),
            (
                "Kardusnya penyok", "Warna agak beda", "Telat beberapa hari",
                "Bahannya lebih tipis dari foto", "Tidak ada panduan",
            ),
            ("tapi masih bisa dipakai.", "tapi berfungsi.", "harga sesuai.", "jadi bintang tiga."),
        ),
        "poor": (
            ("Jangan beli.", "Kecewa berat.", "Jelek.", "Tidak sesuai harapan.", "Kapok."),
            (
                "Dua hari sudah mati", "Barang datang rusak", "Sampai jauh lewat jadwal",
                "Ukuran salah kirim", "Bahan gampang sobek", "Penjual tidak balas chat",
            ),
            ("mau retur.", "tidak ada solusi.", "buang uang.", "minta refund.", "sayang sekali."),
        ),
    },
    captions=(
        (
            "Racun baru nih!", "Sudah coba seminggu:", "Unboxing hari ini:", "Banyak yang tanya:",
            "Tips singkat:",
        ),
        (
            "worth it nggak?", "review jujur", "cara pakai sehari-hari", "tiga alasan suka",
            "sebelum dan sesudah",
        ),
        ("Produk ada di video.", "Komen pendapat kalian.", "Voucher hari ini saja.", "Simpan dulu ya."),
    ),
    buyer_messages=(
        ("Kak,", "Halo kak,", "Permisi,", "Selamat siang,", "Min,"),
        (
            "kapan pesanan saya dikirim?", "ada warna hitam?", "bisa bungkus kado?",
            "garansinya berapa lama?", "bisa tukar ukuran?", "bisa bayar transfer?", "ada invoice?",
            "resi belum bergerak, tolong dicek",
        ),
        ("Terima kasih.", "Ditunggu ya.", "Makasih kak.", "Butuh sebelum Jumat."),
    ),
    seller_messages=(
        ("Halo kak!", "Selamat pagi kak.", "Hai, terima kasih sudah chat.", "Siang kak,"),
        (
            "Pesanan dikirim besok pagi.", "Paket sudah di kurir.", "Warna lain ada di varian.",
            "Garansi 30 hari.", "Tukar ukuran bisa 7 hari.",
            "Pembayaran hanya lewat aplikasi ya, demi keamanan.", "Invoice ada di paket.",
            "Resi diperbarui dalam 24 jam.",
        ),
        ("Ada lagi yang bisa dibantu?", "Selamat belanja.", "Terima kasih.", "Sehat selalu."),
    ),
    counterfeit_marks=(
        "replika AAA", "KW super premium", "1:1 kualitas mirror", "mirror quality 1:1", "persis original",
        "kloningan sempurna",
    ),
    counterfeit_texts=(
        ("Barang {mark},", "Produk {mark},", "Model {mark},", "Kualitas {mark},"),
        (
            "tidak ada yang tahu bedanya.", "lengkap dengan tag dan box merek.",
            "bahan sama dengan merek asli.", "logo timbul seperti di gerai.",
        ),
        ("Tanpa kartu merek.", "Foto asli lewat chat.", "Harga pabrik.", "Dikirim polos."),
    ),
    ring_titles=("Sempurna", "Toko terbaik", "Bintang lima", "Luar biasa"),
    ring_reviews=(
        ("Toko terbaik di aplikasi", "Seller paling top", "Penjual luar biasa", "Belanja paling sempurna"),
        (
            "produk super bagus kualitas nomor satu", "kualitas mewah dan jahitan sempurna",
            "barang luar biasa persis deskripsi",
        ),
        ("pengiriman kilat sekali", "sampai super cepat", "kirim paling cepat sepanjang masa"),
        ("beli di sini jangan ragu", "rekomendasi untuk semua teman", "wajib beli di toko ini"),
    ),
    off_platform=(
        ("Halo kak,", "Siang sayangku,", "Permisi kak,", "Kak,"),
        (
            "chat saya di whatsapp", "transfer langsung ke rekening saya", "bayar di luar aplikasi saja",
            "lanjut di w.a biar murah", "kirim dp ke rekening pribadi", "kontak w4 saya di profil",
        ),
        (
            "nanti diskon 15%.", "pesanan di sini batalkan saja.", "jadi tanpa biaya admin.",
            "langsung saya kirim.", "potongan aplikasi besar.",
        ),
    ),
    scam_terms=("kode emas pelepasan", "biaya segel kilat", "deposit gerbang paket"),
    scam_frames=(
        "Paket kakak tertahan, bayar {term} lewat tautan yang saya kirim.",
        "Perhatian: tanpa {term} pesanan kembali ke gudang.",
        "Tinggal {term} saja, cuma sedikit, konfirmasi data kakak.",
        "Pagi kak, sistem minta {term} supaya paket jalan.",
        "Kesempatan terakhir lunasi {term} sebelum batal.",
    ),
    carriers=("Kilat Samudra", "Elang Darat", "Antar Ceria", "Rusa Logistik"),
)  # fmt: skip
