"""The table of factorisation methods: adding one touches its own file, this table and a test."""

from .bayesian import BAYESIAN
from .brunet import BRUNET
from .frobenius import FROBENIUS
from .itakura_saito import ITAKURA_SAITO
from .kl import KL
from .lee import LEE
from .nsnmf import NSNMF
from .offset import OFFSET
from .online import ONLINE
from .snmf import SNMF_L, SNMF_R
from .weighted import WEIGHTED

METHODS = {
    "kl": KL,
    "brunet": BRUNET,
    "frobenius": FROBENIUS,
    "lee": LEE,
    "nsnmf": NSNMF,
    "itakura_saito": ITAKURA_SAITO,
    "offset": OFFSET,
    "snmf_r": SNMF_R,
    "snmf_l": SNMF_L,
    "weighted": WEIGHTED,
    "online": ONLINE,
    "bayesian": BAYESIAN,
}
