import type { Project } from './project.ts';

const header = `#pragma once
#include <vector>

// Numbers in rows and columns.
struct Matrix {
  int rows, columns;
  std::vector<double> values;
  double& at(int row, int column) { return values[row * columns + column]; }
  double at(int row, int column) const { return values[row * columns + column]; }
};

Matrix multiply(const Matrix& left, const Matrix& right);
`;

const multiply = `#include "matrix.h"

Matrix multiply(const Matrix& left, const Matrix& right) {
  Matrix product{left.rows, right.columns, std::vector<double>(left.rows * right.columns)};
  for (int row = 0; row < left.rows; row++)
    for (int column = 0; column < right.columns; column++)
      for (int inner = 0; inner < left.columns; inner++)
        product.at(row, column) += left.at(row, inner) * right.at(inner, column);
  return product;
}
`;

const transpose = `#include "matrix.h"

Matrix transpose(const Matrix& matrix) {
  Matrix turned{matrix.columns, matrix.rows, std::vector<double>(matrix.values.size())};
  for (int row = 0; row < matrix.rows; row++)
    for (int column = 0; column < matrix.columns; column++) turned.at(column, row) = matrix.at(row, column);
  return turned;
}
`;

const first = `#include <cstdio>
#include "matrix.h"

int main() {
  const Matrix left{2, 2, {1, 2, 3, 4}};
  const Matrix product = multiply(left, left);
  const bool right = product.values == std::vector<double>{7, 10, 15, 22};
`;

const makefile = `# Every source is named here.
SOURCES = src/multiply.cpp
CXXFLAGS = -std=c++17 -O0 -Wall -Wextra

build/test: $(SOURCES) src/test.cpp src/matrix.h
	mkdir -p build
	$(CXX) $(CXXFLAGS) $(SOURCES) src/test.cpp -o $@

test: build/test
	./build/test
`;

/** Matrices: a source was added, the step that compiles it was not. */
export const cpp: Project = {
  name: 'cpp',
  language: 'c++',
  needs: { what: 'g++ and make', probe: 'g++ --version && make --version' },
  build: 'make --silent build/test',
  test: 'make --silent test',
  code: { main: 'src/multiply.cpp', test: 'src/test.cpp' },
  tool: 'make',
  repairs: ['build-step'],
  history: [
    {
      message: 'Multiply matrices',
      files: {
        'src/matrix.h': header,
        'src/multiply.cpp': multiply,
        'src/test.cpp': `${first}  std::puts(right ? "ok" : "wrong product");\n  return right ? 0 : 1;\n}\n`,
        Makefile: makefile,
        '.gitignore': 'build/\n',
        'README.md': '# Matrix\n\nThe sources are named in the [Makefile](Makefile).\n',
      },
    },
    {
      message: 'Transpose matrices',
      files: {
        'src/matrix.h': `${header}Matrix transpose(const Matrix& matrix);\n`,
        'src/transpose.cpp': transpose,
        'src/test.cpp': `${first}  const Matrix turned = transpose(left);\n  const bool crossed = turned.values == std::vector<double>{1, 3, 2, 4};\n  std::puts(right && crossed ? "ok" : "wrong result");\n  return right && crossed ? 0 : 1;\n}\n`,
      },
    },
  ],
};
