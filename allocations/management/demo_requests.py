"""Which firms of the demo apply, and for what."""

from allocations.models import Sector

FIRMS = {  # whose: name, country, register number, staff
    "founder@demo.example": ("Nordlicht AI GmbH", "DE", "HRB 104711", 14),
    "offered@demo.example": ("Onda Medicale Srl", "IT", "MI-2209918", 9),
    "waiting@demo.example": ("Polder Vision B.V.", "NL", "KVK 87112233", 22),
    "asked@demo.example": ("Alpenstrom KI GmbH", "AT", "FN 512204", 17),
}

REQUESTS = {  # whose: title, sector, abstract
    "founder@demo.example": (
        "A language model for the tenders of small towns",
        Sector.PUBLIC_SECTOR,
        (
            "We adapt an open 8-billion-parameter language model to the tender documents of small "
            "municipalities in German, Danish and Dutch. Low-rank fine-tuning on 40 GB of public "
            "documents comes first, then full fine-tuning of the last layers."
        ),
    ),
    "offered@demo.example": (
        "Segmenting the heart in ultrasound on the device",
        Sector.HEALTH,
        (
            "We train a compact segmentation network for cardiac ultrasound on 1.2 million frames "
            "that hospitals have released under a data-processing agreement, and distil it for "
            "devices in general practices."
        ),
    ),
    "waiting@demo.example": (
        "Seeing dyke damage before it grows",
        Sector.CLIMATE,
        (
            "We pre-train a vision model on two years of public aerial images of dykes and "
            "fine-tune it on 9,000 labelled damages, so that water boards can send inspectors "
            "where it matters first."
        ),
    ),
    "asked@demo.example": (
        "Forecasting the power of small hydro plants",
        Sector.ENERGY,
        (
            "We train a time-series foundation model on ten years of river levels and weather "
            "records, so that operators of small hydro plants in the Alps can sell their power a "
            "day ahead and keep to the rules on residual water."
        ),
    ),
}
