extension PublishedSet {
  /// All that are known.
  public static let all = [mnist, fashionMNIST, kmnist, usps]

  /// The sums are of the inflated bytes: mirrors have packed them in different ways.
  static let mnist = PublishedSet(
    set: .mnist, licence: "LeCun, Cortes, Burges; usually stated as CC BY-SA 3.0",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist",
      "https://storage.googleapis.com/cvdf-datasets/mnist",
      "https://raw.githubusercontent.com/fgnt/mnist/master",
    ],
    files: mnistFiles(
      .inflated("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
      .inflated("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
      .inflated("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
      .inflated("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")))

  /// The sums are of the files as published, as several projects record them.
  static let fashionMNIST = PublishedSet(
    set: .fashionMNIST, licence: "MIT (Zalando)",
    mirrors: [
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ],
    files: mnistFiles(
      .packed("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
      .packed("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
      .packed("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
      .packed("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")))

  /// The same holds for its sums.
  static let kmnist = PublishedSet(
    set: .kmnist, licence: "CC BY-SA 4.0 (CODH)",
    mirrors: [
      "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
      "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    ],
    files: mnistFiles(
      .packed("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
      .packed("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
      .packed("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
      .packed("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c")))

  /// Text files without a published checksum. The labels' sum is that of the labels alone.
  static let usps = PublishedSet(
    set: .usps, licence: "none stated; made available by AT&T for research",
    mirrors: [
      "https://hastie.su.domains/ElemStatLearn/datasets",
      "https://web.stanford.edu/~hastie/ElemStatLearn/datasets",
    ],
    files: [
      File(
        name: "zip.train.gz",
        proof: FileProof(
          form: .zipCodes(
            counts: [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644],
            labels: "ee5027fd47b76715ac18ca27e72fa1332bde98e0b8ce593b503bb2bdb6c03da0"), sum: .form)
      ),
      File(
        name: "zip.test.gz",
        proof: FileProof(
          form: .zipCodes(
            counts: [359, 264, 198, 166, 200, 160, 170, 147, 166, 177], labels: nil), sum: .form)),
    ],
    unpack: { folder in
      for (file, part) in [("zip.train.gz", "usps-train"), ("zip.test.gz", "usps-test")] {
        let path = FileNames.join(folder, file)
        // One of them may not have been asked for.
        if Folder.holds(path) { try ZipCodes(reading: path).writeIDX(to: folder, part: part) }
      }
    },
    unpacked: ["usps-train", "usps-test"].flatMap { ImageSet.namesOfIDX(part: $0) })

  /// The four files that MNIST came in, and others after it.
  private static func mnistFiles(
    _ trainingImages: FileProof.Sum, _ trainingLabels: FileProof.Sum, _ testImages: FileProof.Sum,
    _ testLabels: FileProof.Sum
  ) -> [File] {
    [
      File(
        name: "train-images-idx3-ubyte.gz",
        proof: FileProof(form: .idx([60_000, 28, 28]), sum: trainingImages)),
      File(
        name: "train-labels-idx1-ubyte.gz",
        proof: FileProof(form: .idx([60_000]), sum: trainingLabels)),
      File(
        name: "t10k-images-idx3-ubyte.gz",
        proof: FileProof(form: .idx([10_000, 28, 28]), sum: testImages)),
      File(
        name: "t10k-labels-idx1-ubyte.gz", proof: FileProof(form: .idx([10_000]), sum: testLabels)),
    ]
  }
}
