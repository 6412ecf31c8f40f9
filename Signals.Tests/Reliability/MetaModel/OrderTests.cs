using System.Diagnostics;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// The same inputs in any order, with anything in between, give the answers of a dictionary of registers. A failure names the seeds of its
/// inputs and of its order.
/// </summary>
[Category("Reliability")]
internal sealed class OrderTests
{
    private const int Inputs = 10_000;
    private const int OrdersEach = 2;
    private const ulong FirstSeed = 0x5EED_0000_0000;

    [Test]
    public void Answers_SameInputsInAnyOrder_EqualTheModel()
    {
        Stopwatch time = Stopwatch.StartNew();
        int inputs = TestScale.Of(Inputs);
        Parallel.For(0, inputs, i =>
        {
            OrderHistory history = new(FirstSeed + (ulong)i);
            for (ulong order = 0; order < OrdersEach; order++)
            {
                history.Run(((ulong)i << 8) + order);
            }
        });
        TestContext.Out.WriteLine($"{inputs * OrdersEach} histories of {inputs} sets of inputs in {time.ElapsedMilliseconds} ms");
    }
}
