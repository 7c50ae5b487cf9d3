// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

// What the boxes show by the names of their figures.

extension VFMU: Inspectable {
  public var publishedFields: [PublishedField] {
    [
      PublishedField("buffered") { [self] _ in Int64(bufferedWords) },
      PublishedField("room") { [self] _ in Int64(capacityWords - bufferedWords) },
    ]
  }
}

extension PEArray: Inspectable {
  public var publishedFields: [PublishedField] {
    let rows = specification.rows
    return [
      PublishedField("rf", shape: [rows, specification.columns]) { [self] in
        Int64(datapath.sum(row: $0[0], column: $0[1]))
      },
      PublishedField("stationary", shape: [rows, specification.lanesPerRow]) { [self] in
        Int64(registers.row($0[0]).values[$0[1]])
      },
      PublishedField("selected", shape: [rows, specification.lanesPerRow]) { [self] in
        Int64(registers.row($0[0]).positions[$0[1]])
      },
    ]
  }
}

extension OuterProductArray: Inspectable {
  public var publishedFields: [PublishedField] {
    let accumulation = buffer.specification
    return [
      PublishedField("rf", shape: [accumulation.tiles, accumulation.rows, accumulation.columns]) { [self] in
        Int64(buffer.sum(tile: $0[0], row: $0[1], column: $0[2]))
      }
    ]
  }
}

extension TimeUnrolledArray: Inspectable {
  public var publishedFields: [PublishedField] {
    [
      PublishedField("rf", shape: [specification.rows, specification.columns]) { [self] in
        Int64(sum(row: $0[0], column: $0[1]))
      }
    ]
  }
}

extension ActivationUnit: Inspectable {
  public var publishedFields: [PublishedField] {
    [
      PublishedField("z", shape: [result.rowCount, result.columnCount]) { [self] in
        Int64(result.element(row: $0[0], column: $0[1]))
      }
    ]
  }
}
