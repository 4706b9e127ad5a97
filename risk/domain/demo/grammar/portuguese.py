"""Portuguese as shops and shoppers write it."""

from risk.domain.demo.grammar.form import Grammar

PORTUGUESE = Grammar(
    language="pt",
    shop_heads=(
        "Rio Verde", "Sol Nascente", "Serra Azul", "Ponto Certo", "Casa Ipê", "Lua Clara", "Vila Jacarandá",
        "Porto Bonito", "Mar Aberto", "Estrela do Vale", "Campo Alegre", "Pedra Branca", "Flor de Maracujá",
        "Nova Aurora", "Trilha Norte", "Brisa Leve", "Cantinho Feliz", "Três Lagoas", "Alto da Colina",
        "Bem-te-vi",
    ),
    shop_tails={
        "electronics": ("Eletrônicos", "Tech", "Digital"),
        "fashion": ("Moda", "Confecções", "Estilo"),
        "beauty": ("Cosméticos", "Beleza"),
        "home": ("Casa e Lar", "Decor", "Utilidades"),
        "toys": ("Brinquedos", "Kids"),
        "sports": ("Esportes", "Aventura"),
        "groceries": ("Empório", "Mercearia"),
        "stationery": ("Papelaria", "Artes"),
        "automotive": ("Autopeças", "Auto Center"),
        "pets": ("Pet Shop", "Mundo Animal"),
    },
    handle_heads=(
        "sol", "lua", "mar", "nuvem", "capivara", "arara", "tucano", "pitanga", "caju", "goiaba", "vento",
        "areia", "onda", "girassol", "jabuti", "cajueiro", "paçoca", "amora", "serrano", "praiano",
    ),
    handle_tails=(
        "azul", "verde", "feliz", "veloz", "dourado", "tranquilo", "do_sul", "da_serra", "noturno", "curioso",
        "sereno", "valente", "doce", "ligeiro", "sonhador", "esperto",
    ),
    title="{noun} {brand} {finish} {variant}",
    nouns={
        "electronics": (
            "Fone Bluetooth", "Carregador Turbo USB-C", "Caixa de Som Portátil", "Smartwatch",
            "Mouse sem Fio", "Teclado Compacto", "Power Bank 10000 mAh", "Câmera de Segurança",
        ),
        "fashion": (
            "Tênis Casual", "Camiseta Algodão", "Bolsa Transversal", "Jaqueta Corta-Vento", "Vestido Midi",
            "Óculos de Sol", "Relógio de Pulso", "Mochila Urbana",
        ),
        "beauty": (
            "Sérum Facial", "Batom Matte", "Perfume 100 ml", "Kit de Pincéis", "Hidratante Corporal",
            "Máscara Capilar", "Protetor Solar FPS 50", "Paleta de Sombras",
        ),
        "home": (
            "Jogo de Lençol", "Panela Antiaderente", "Luminária de Mesa", "Organizador de Gaveta",
            "Tapete de Sala", "Conjunto de Potes", "Cortina Blackout", "Garrafa Térmica",
        ),
        "toys": (
            "Blocos de Montar", "Carrinho de Controle Remoto", "Boneca Articulada", "Quebra-Cabeça 500 Peças",
            "Jogo de Tabuleiro", "Pelúcia Ursinho", "Massinha de Modelar", "Pista de Corrida",
        ),
        "sports": (
            "Tapete de Yoga", "Par de Halteres", "Garrafa Squeeze", "Corda de Pular", "Bola de Futebol",
            "Luva de Treino", "Barraca de Camping", "Faixa Elástica",
        ),
        "groceries": (
            "Café em Grãos 500 g", "Mel Silvestre", "Castanha de Caju", "Azeite Extra Virgem",
            "Granola Crocante", "Chá de Ervas", "Chocolate 70%", "Farofa Temperada",
        ),
        "stationery": (
            "Caderno Pontilhado", "Kit Canetas Gel", "Planner Semanal", "Estojo Escolar",
            "Marca-Texto Pastel", "Lápis de Cor 24 Cores", "Agenda", "Bloco Adesivo",
        ),
        "automotive": (
            "Suporte Veicular", "Capa de Banco", "Aspirador Automotivo", "Lâmpada LED H7",
            "Tapete Automotivo", "Calibrador Digital", "Cera Líquida", "Câmera de Ré",
        ),
        "pets": (
            "Cama para Gato", "Comedouro Duplo", "Coleira Ajustável", "Arranhador", "Brinquedo Mordedor",
            "Fonte de Água Pet", "Caixa de Transporte", "Tapete Higiênico",
        ),
    },
    finishes=(
        "Premium", "com Garantia", "Linha Nova", "Alta Durabilidade", "para Presente", "Edição Especial",
        "Básico", "Ultra Leve", "Reforçado", "Envio Imediato",
    ),
    variants=(
        "Azul", "Preto", "Branco", "Verde Musgo", "Rosa Claro", "Cinza", "Kit com 2", "Kit com 3",
        "Tamanho P", "Tamanho M", "Tamanho G", "Unidade",
    ),
    look_alikes=(
        "Miniatura Réplica de Farol para Colecionar", "Quadro Reprodução de Mapa Antigo",
        "Réplica de Dinossauro em Resina", "Espelho de Parede 1:1 Quadrado",
    ),
    listing_text=(
        (
            "Produto novo, na caixa.", "Pronta entrega.", "Enviamos em até 48 horas.",
            "Últimas unidades do lote.", "Ideal para o dia a dia.",
        ),
        (
            "Material resistente e fácil de limpar.", "Acompanha manual em português.",
            "Acabamento cuidadoso.", "Medidas na última foto.", "Testado antes do envio.", "Leve e prático.",
        ),
        (
            "Garantia de 90 dias.", "Troca em até 7 dias.", "Nota fiscal em todos os pedidos.",
            "Dúvidas? Pergunte aqui.", "Bivolt quando elétrico.",
        ),
    ),
    review_titles={
        "good": ("Muito bom", "Recomendo", "Adorei", "Chegou antes", "Ótima compra", "Excelente"),
        "fair": ("Ok", "Razoável", "Dá para o gasto", "Esperava mais", "Mediano"),
        "poor": ("Não gostei", "Decepção", "Veio com defeito", "Demorou demais", "Não recomendo"),
    },
    reviews={
        "good": (
            (
                "Chegou bem embalado.", "Entrega rápida.", "Gostei bastante.", "Produto igual à foto.",
                "Superou o esperado.", "Comprei para presente.", "Segunda vez que compro.",
                "Tudo certo com o pedido.",
            ),
            (
                "A qualidade é boa", "O acabamento surpreendeu", "Funciona direitinho", "O tamanho serviu",
                "A cor é linda", "O material é firme", "Uso todos os dias", "Minha família aprovou",
            ),
            (
                "e o preço foi justo.", "e a loja respondeu rápido.", "e compraria de novo.",
                "e vale o que custa.", "até agora sem problemas.", "recomendo.",
            ),
        ),
        "fair": (
            ("Cumpre o básico.", "É razoável.", "Nem bom nem ruim.", "Serve para o que preciso."),
            (
                "A embalagem veio amassada", "A cor é um pouco diferente", "Demorou alguns dias a mais",
                "O material é mais fino do que parece", "Faltou o manual",
            ),
            ("mas funciona.", "mas dá para usar.", "e o preço compensa.", "então três estrelas."),
        ),
        "poor": (
            ("Não recomendo.", "Fiquei decepcionado.", "Muito ruim.", "Esperava outra coisa.", "Nunca mais."),
            (
                "Parou de funcionar em dois dias", "Veio com defeito", "Chegou muito depois do prazo",
                "O tamanho veio errado", "Material frágil", "A loja não responde",
            ),
            (
                "e quero devolver.", "e ninguém resolve.", "dinheiro jogado fora.", "vou pedir reembolso.",
                "uma pena.",
            ),
        ),
    },
    captions=(
        (
            "Olha esse achado!", "Testei por uma semana:", "Unboxing de hoje:", "Vocês pediram:",
            "Dica rápida:",
        ),
        (
            "vale a pena?", "minha opinião sincera", "como eu uso no dia a dia", "três motivos para gostar",
            "antes e depois",
        ),
        (
            "Link do produto no vídeo.", "Comentem o que acharam.", "Cupom só hoje na loja.",
            "Salva para depois.",
        ),
    ),
    buyer_messages=(
        ("Oi,", "Bom dia,", "Boa tarde,", "Olá, tudo bem?", "Por favor,"),
        (
            "quando será enviado o meu pedido?", "tem na cor preta?", "serve para presente?",
            "qual é a garantia?", "posso trocar o tamanho?", "dá para pagar por transferência?",
            "vocês emitem nota fiscal?", "o rastreio não atualiza, pode verificar?",
        ),
        ("Obrigado!", "Fico no aguardo.", "Valeu.", "Preciso até sexta."),
    ),
    seller_messages=(
        ("Olá!", "Bom dia!", "Oi, obrigado pelo contato.", "Boa tarde!"),
        (
            "O pedido sai amanhã cedo.", "Já está com a transportadora.", "Temos outras cores no anúncio.",
            "A garantia é de 90 dias.", "Pode trocar em até 7 dias.",
            "O pagamento é sempre pelo site, por segurança.", "A nota fiscal vai na caixa.",
            "O rastreio atualiza em 24 horas.",
        ),
        ("Qualquer dúvida, estamos aqui.", "Boas compras!", "Agradecemos a preferência.", "Até logo."),
    ),
    counterfeit_marks=(
        "réplica AAA", "réplica premium", "1:1 qualidade espelho", "primeira linha 1:1",
        "idêntico ao original", "cópia perfeita",
    ),
    counterfeit_texts=(
        ("Produto {mark},", "Modelo {mark},", "Peça {mark},", "Item {mark},"),
        (
            "ninguém percebe a diferença.", "com etiqueta e caixa da marca.", "mesmo acabamento da marca.",
            "logo gravado igual ao da loja.",
        ),
        ("Sem nota da marca.", "Fotos reais no privado.", "Preço de fábrica.", "Enviamos discreto."),
    ),
    ring_titles=("Perfeito", "Melhor loja", "Nota dez", "Sensacional"),
    ring_reviews=(
        ("Melhor loja do site", "Loja nota dez", "Vendedor maravilhoso", "Compra perfeita"),
        (
            "produto incrível de qualidade superior", "qualidade impecável e acabamento perfeito",
            "produto maravilhoso igual ao anunciado",
        ),
        ("entrega super rápida", "chegou em tempo recorde", "envio mais rápido que já vi"),
        ("podem comprar sem medo", "recomendo para todos os amigos", "comprem de olhos fechados"),
    ),
    off_platform=(
        ("Oi amigo,", "Olá querido cliente,", "Bom dia,", "Prezado,"),
        (
            "me chama no whatsapp", "faz um pix direto para mim", "paga por transferência fora do site",
            "chama no z4p que é mais barato", "deposita na minha conta", "fecha comigo no w h a t s a p p",
        ),
        (
            "que dou 15% de desconto.", "e cancelo o pedido aqui.", "assim não tem taxa.",
            "e envio hoje mesmo.", "o site cobra muito.",
        ),
    ),
    scam_terms=("taxa de desbloqueio relâmpago", "caução expressa aduaneira", "selo dourado de liberação"),
    scam_frames=(
        "Seu pacote ficou retido, pague a {term} no link que enviei.",
        "Atenção: sem a {term} o pedido volta para o depósito.",
        "Falta só a {term}, são poucos reais, confirme seus dados.",
        "Bom dia, o sistema pediu {term} para soltar a encomenda.",
        "Última chance de quitar a {term} antes do cancelamento.",
    ),
    carriers=("Correio Ligeiro", "Rota Sul Entregas", "Vaivém Expresso", "Jangada Log"),
)  # fmt: skip
