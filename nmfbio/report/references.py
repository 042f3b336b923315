"""The papers a methods paragraph may cite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A paper: how the text cites it, its entry in the list, its address."""

    citation: str
    entry: str
    address: str


def _paper(citation: str, entry: str, doi: str) -> Reference:
    return Reference(citation, entry, f"https://doi.org/{doi}")


REFERENCES = {
    "lee_1999": _paper(
        "Lee & Seung 1999",
        "Lee DD, Seung HS (1999). Learning the parts of objects by non-negative matrix factorization. "
        "Nature 401:788-791.",
        "10.1038/44565",
    ),
    "lee_2001": Reference(
        "Lee & Seung 2001",
        "Lee DD, Seung HS (2001). Algorithms for non-negative matrix factorization. "
        "Advances in Neural Information Processing Systems 13:556-562.",
        "https://papers.nips.cc/paper/1861-algorithms-for-non-negative-matrix-factorization",
    ),
    "brunet_2004": _paper(
        "Brunet et al. 2004",
        "Brunet J-P, Tamayo P, Golub TR, Mesirov JP (2004). Metagenes and molecular pattern discovery using matrix "
        "factorization. PNAS 101:4164-4169.",
        "10.1073/pnas.0308531101",
    ),
    "hsieh_2011": _paper(
        "Hsieh & Dhillon 2011",
        "Hsieh C-J, Dhillon IS (2011). Fast coordinate descent methods with variable selection for non-negative "
        "matrix factorization. Proceedings of KDD 2011:1064-1072.",
        "10.1145/2020408.2020577",
    ),
    "hien_2021": _paper(
        "Hien & Gillis 2021",
        "Hien LTK, Gillis N (2021). Algorithms for nonnegative matrix factorization with the Kullback-Leibler "
        "divergence. Journal of Scientific Computing 87:93.",
        "10.1007/s10915-021-01504-0",
    ),
    "gillis_2012": _paper(
        "Gillis & Glineur 2012",
        "Gillis N, Glineur F (2012). Accelerated multiplicative updates and hierarchical ALS algorithms for "
        "nonnegative matrix factorization. Neural Computation 24:1085-1105.",
        "10.1162/NECO_a_00256",
    ),
    "fevotte_2011": _paper(
        "Févotte & Idier 2011",
        "Févotte C, Idier J (2011). Algorithms for nonnegative matrix factorization with the β-divergence. "
        "Neural Computation 23:2421-2456.",
        "10.1162/NECO_a_00168",
    ),
    "pascual_montano_2006": _paper(
        "Pascual-Montano et al. 2006",
        "Pascual-Montano A, Carazo JM, Kochi K, Lehmann D, Pascual-Marqui RD (2006). Nonsmooth nonnegative matrix "
        "factorization (nsNMF). IEEE Transactions on Pattern Analysis and Machine Intelligence 28:403-415.",
        "10.1109/TPAMI.2006.60",
    ),
    "badea_2008": Reference(
        "Badea 2008",
        "Badea L (2008). Extracting gene expression profiles common to colon and pancreatic adenocarcinoma using "
        "simultaneous nonnegative matrix factorization. Pacific Symposium on Biocomputing 13.",
        "https://psb.stanford.edu/psb-online/proceedings/psb08/badea.pdf",
    ),
    "wang_2006": _paper(
        "Wang et al. 2006",
        "Wang G, Kossenkov AV, Ochs MF (2006). LS-NMF: a modified non-negative matrix factorization algorithm "
        "utilizing uncertainty estimates. BMC Bioinformatics 7:175.",
        "10.1186/1471-2105-7-175",
    ),
    "mairal_2010": Reference(
        "Mairal et al. 2010",
        "Mairal J, Bach F, Ponce J, Sapiro G (2010). Online learning for matrix factorization and sparse coding. "
        "Journal of Machine Learning Research 11:19-60.",
        "https://www.jmlr.org/papers/v11/mairal10a.html",
    ),
    "lefevre_2011": _paper(
        "Lefèvre et al. 2011",
        "Lefèvre A, Bach F, Févotte C (2011). Online algorithms for nonnegative matrix factorization with the "
        "Itakura-Saito divergence. IEEE Workshop on Applications of Signal Processing to Audio and Acoustics 2011.",
        "10.1109/ASPAA.2011.6082314",
    ),
    "tan_2013": _paper(
        "Tan & Févotte 2013",
        "Tan VYF, Févotte C (2013). Automatic relevance determination in nonnegative matrix factorization with the "
        "β-divergence. IEEE Transactions on Pattern Analysis and Machine Intelligence 35:1592-1605.",
        "10.1109/TPAMI.2012.240",
    ),
    "cemgil_2009": _paper(
        "Cemgil 2009",
        "Cemgil AT (2009). Bayesian inference for nonnegative matrix factorisation models. Computational Intelligence "
        "and Neuroscience 2009:785152.",
        "10.1155/2009/785152",
    ),
    "boehning_1994": _paper(
        "Böhning et al. 1994",
        "Böhning D, Dietz E, Schaub R, Schlattmann P, Lindsay BG (1994). The distribution of the likelihood ratio for "
        "mixtures of densities from the one-parameter exponential family. Annals of the Institute of Statistical "
        "Mathematics 46:373-388.",
        "10.1007/BF01720593",
    ),
    "boutsidis_2008": _paper(
        "Boutsidis & Gallopoulos 2008",
        "Boutsidis C, Gallopoulos E (2008). SVD based initialization: a head start for nonnegative matrix "
        "factorization. Pattern Recognition 41:1350-1362.",
        "10.1016/j.patcog.2007.09.010",
    ),
    "yang_2016": _paper(
        "Yang & Seoighe 2016",
        "Yang H, Seoighe C (2016). Impact of the choice of normalization method on molecular cancer class discovery "
        "using nonnegative matrix factorization. PLoS ONE 11:e0164880.",
        "10.1371/journal.pone.0164880",
    ),
    "kotliar_2019": _paper(
        "Kotliar et al. 2019",
        "Kotliar D, Veres A, Nagy MA, et al. (2019). Identifying gene expression programs of cell-type identity and "
        "cellular activity with single-cell RNA-Seq. eLife 8:e43803.",
        "10.7554/eLife.43803",
    ),
    "carmona_saez_2006": _paper(
        "Carmona-Saez et al. 2006",
        "Carmona-Saez P, Pascual-Marqui RD, Tirado F, Carazo JM, Pascual-Montano A (2006). Biclustering of gene "
        "expression data by non-smooth non-negative matrix factorization. BMC Bioinformatics 7:78.",
        "10.1186/1471-2105-7-78",
    ),
    "monti_2003": _paper(
        "Monti et al. 2003",
        "Monti S, Tamayo P, Mesirov J, Golub T (2003). Consensus clustering: a resampling-based method for class "
        "discovery and visualization of gene expression microarray data. Machine Learning 52:91-118.",
        "10.1023/A:1023949509487",
    ),
    "kim_2007": _paper(
        "Kim & Park 2007",
        "Kim H, Park H (2007). Sparse non-negative matrix factorizations via alternating non-negativity-constrained "
        "least squares for microarray data analysis. Bioinformatics 23:1495-1502.",
        "10.1093/bioinformatics/btm134",
    ),
    "senbabaoglu_2014": _paper(
        "Șenbabaoğlu et al. 2014",
        "Șenbabaoğlu Y, Michailidis G, Li JZ (2014). Critical limitations of consensus clustering in class "
        "discovery. Scientific Reports 4:6207.",
        "10.1038/srep06207",
    ),
    "rousseeuw_1987": _paper(
        "Rousseeuw 1987",
        "Rousseeuw PJ (1987). Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. "
        "Journal of Computational and Applied Mathematics 20:53-65.",
        "10.1016/0377-0427(87)90125-7",
    ),
    "wold_1978": _paper(
        "Wold 1978",
        "Wold S (1978). Cross-validatory estimation of the number of components in factor and principal components "
        "models. Technometrics 20:397-405.",
        "10.1080/00401706.1978.10489693",
    ),
    "owen_2009": _paper(
        "Owen & Perry 2009",
        "Owen AB, Perry PO (2009). Bi-cross-validation of the SVD and the nonnegative matrix factorization. "
        "Annals of Applied Statistics 3:564-594.",
        "10.1214/08-AOAS227",
    ),
    "neufeld_2023": _paper(
        "Neufeld et al. 2023",
        "Neufeld A, Popp J, Gao LL, Battle A, Witten D (2023). Negative binomial count splitting for single-cell RNA "
        "sequencing data. arXiv 2307.12985.",
        "10.48550/arXiv.2307.12985",
    ),
    "frigyesi_2008": Reference(
        "Frigyesi & Höglund 2008",
        "Frigyesi A, Höglund M (2008). Non-negative matrix factorization for the analysis of complex gene expression "
        "data: identification of clinically relevant tumor subtypes. Cancer Informatics 6:275-292.",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC2623306/",
    ),
    "hutchins_2008": _paper(
        "Hutchins et al. 2008",
        "Hutchins LN, Murphy SM, Singh P, Graber JH (2008). Position-dependent motif characterization using "
        "non-negative matrix factorization. Bioinformatics 24:2684-2690.",
        "10.1093/bioinformatics/btn526",
    ),
    "horn_1965": _paper(
        "Horn 1965",
        "Horn JL (1965). A rationale and test for the number of factors in factor analysis. Psychometrika 30:179-185.",
        "10.1007/BF02289447",
    ),
    "buja_1992": _paper(
        "Buja & Eyuboglu 1992",
        "Buja A, Eyuboglu N (1992). Remarks on parallel analysis. Multivariate Behavioral Research 27:509-540.",
        "10.1207/s15327906mbr2704_2",
    ),
    "lange_2004": _paper(
        "Lange et al. 2004",
        "Lange T, Roth V, Braun ML, Buhmann JM (2004). Stability-based validation of clustering solutions. "
        "Neural Computation 16:1299-1323.",
        "10.1162/089976604773717621",
    ),
    "alexandrov_2013": _paper(
        "Alexandrov et al. 2013",
        "Alexandrov LB, Nik-Zainal S, Wedge DC, Campbell PJ, Stratton MR (2013). Deciphering signatures of mutational "
        "processes operative in human cancer. Cell Reports 3:246-259.",
        "10.1016/j.celrep.2012.12.008",
    ),
    "stuart_2019": _paper(
        "Stuart et al. 2019",
        "Stuart T, Butler A, Hoffman P, et al. (2019). Comprehensive integration of single-cell data. "
        "Cell 177:1888-1902.",
        "10.1016/j.cell.2019.05.031",
    ),
    "wolf_2018": _paper(
        "Wolf et al. 2018",
        "Wolf FA, Angerer P, Theis FJ (2018). SCANPY: large-scale single-cell gene expression data analysis. "
        "Genome Biology 19:15.",
        "10.1186/s13059-017-1382-0",
    ),
    "anders_2010": _paper(
        "Anders & Huber 2010",
        "Anders S, Huber W (2010). Differential expression analysis for sequence count data. Genome Biology 11:R106.",
        "10.1186/gb-2010-11-10-r106",
    ),
    "love_2014": _paper(
        "Love et al. 2014",
        "Love MI, Huber W, Anders S (2014). Moderated estimation of fold change and dispersion for RNA-seq data with "
        "DESeq2. Genome Biology 15:550.",
        "10.1186/s13059-014-0550-8",
    ),
    "johnson_2007": _paper(
        "Johnson et al. 2007",
        "Johnson WE, Li C, Rabinovic A (2007). Adjusting batch effects in microarray expression data using empirical "
        "Bayes methods. Biostatistics 8:118-127.",
        "10.1093/biostatistics/kxj037",
    ),
    "kim_2003": _paper(
        "Kim & Tidor 2003",
        "Kim PM, Tidor B (2003). Subsystem identification through dimensionality reduction of large-scale gene "
        "expression data. Genome Research 13:1706-1718.",
        "10.1101/gr.903503",
    ),
    "troyanskaya_2001": _paper(
        "Troyanskaya et al. 2001",
        "Troyanskaya O, Cantor M, Sherlock G, et al. (2001). Missing value estimation methods for DNA microarrays. "
        "Bioinformatics 17:520-525.",
        "10.1093/bioinformatics/17.6.520",
    ),
    "benjamini_1995": _paper(
        "Benjamini & Hochberg 1995",
        "Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate: a practical and powerful approach to "
        "multiple testing. Journal of the Royal Statistical Society B 57:289-300.",
        "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "wu_2012": _paper(
        "Wu & Smyth 2012",
        "Wu D, Smyth GK (2012). Camera: a competitive gene set test accounting for inter-gene correlation. "
        "Nucleic Acids Research 40:e133.",
        "10.1093/nar/gks461",
    ),
}
