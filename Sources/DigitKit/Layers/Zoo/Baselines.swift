extension Zoo {
  static let baselines = [
    Entry(
      name: "softmax", summary: "one dense layer", source: "multinomial logistic regression"
    ) { classes in
      Flatten()
      Dense(units: classes)
    },
    Entry(
      name: "mlp", summary: "two hidden layers of 512 and 256, dropout",
      source: "the usual first network of tutorials"
    ) { classes in
      Flatten()
      Dense(units: 512, activation: .relu)
      Dropout(rate: 0.2)
      Dense(units: 256, activation: .relu)
      Dropout(rate: 0.2)
      Dense(units: classes)
    },
  ]
}
