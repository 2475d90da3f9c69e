import type { Project } from './project.ts';

const money = `"""Amounts in whole cents."""


def percent(cents, rate):
    """The given percentage of an amount, rounded half up."""
    return (cents * rate + 50) // 100
`;

const cart = `"""A cart and its total."""

from pricing.money import percent


def total(lines, discount=0, tax=0):
    """Lines are pairs of a price in cents and a quantity."""
    net = sum(price * quantity for price, quantity in lines)
    net -= percent(net, discount)
    return net + percent(net, tax)
`;

const tests = `import unittest

from pricing.cart import total
from pricing.money import percent


class CartTest(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(total([(199, 2), (50, 1)]), 448)

    def test_discount_then_tax(self):
        self.assertEqual(total([(1000, 3)], discount=10, tax=20), 3240)

    def test_half_a_cent_goes_up(self):
        self.assertEqual(percent(150, 1), 2)


if __name__ == "__main__":
    unittest.main()
`;

const shipping = (fee: number): string => `"""What shipping costs."""

FREE_FROM = 5000


def shipping(net):
    return 0 if net >= FREE_FROM else ${fee}
`;

/** A shop's prices: one commit in the middle of its history broke a total. */
export const python: Project = {
  name: 'python',
  language: 'python',
  needs: { what: 'python3', probe: 'python3 -c "import unittest"' },
  build: 'python3 -m compileall -q pricing tests',
  test: 'python3 -m unittest discover -q -s tests -t .',
  code: { main: 'pricing/cart.py', test: 'tests/test_cart.py' },
  tool: 'pip',
  repairs: ['bisect'],
  history: [
    {
      message: 'Add amounts in cents',
      files: {
        'pricing/__init__.py': '',
        'pricing/money.py': money,
        'tests/__init__.py': '',
        '.gitignore': '__pycache__/\n',
        'README.md': '# Pricing\n\nThe total of a cart: see [cart.py](pricing/cart.py).\n',
      },
    },
    { message: 'Add a cart with discount and tax', files: { 'pricing/cart.py': cart, 'tests/test_cart.py': tests } },
    { message: 'Add shipping', files: { 'pricing/shipping.py': shipping(490) } },
    { message: 'Raise the fee of shipping', files: { 'pricing/shipping.py': shipping(590) } },
    {
      message: 'Take the tax from the price before the discount',
      files: {
        'pricing/cart.py': cart
          .replace('    net -= percent(net, discount)\n', '')
          .replace('net + percent(net, tax)', 'net + percent(net, tax) - percent(net, discount)'),
      },
    },
    { message: 'Say which currency', files: { 'pricing/currency.py': 'CURRENCY = "EUR"\n' } },
    { message: 'Raise the fee of shipping again', files: { 'pricing/shipping.py': shipping(650) } },
    { message: 'Add a list of countries', files: { 'pricing/countries.py': 'COUNTRIES = ("AT", "DE", "FR")\n' } },
    { message: 'Ship to Italy', files: { 'pricing/countries.py': 'COUNTRIES = ("AT", "DE", "FR", "IT")\n' } },
  ],
};
