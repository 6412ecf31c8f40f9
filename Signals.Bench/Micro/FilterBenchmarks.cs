using BenchmarkDotNet.Attributes;
using Signals.Core.Columns;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Bench.Micro;

/// <summary>Evaluates two conditions over 1,024 rows as masks: a float above a bound, and a byte that is not in a set.</summary>
public class FilterBenchmarks
{
    private const int Rows = 1024;

    private readonly RowMask _mask = new();
    private readonly FilterScratch _scratch = new([]);
    private RowSet _rows = null!;
    private RowFilter _filter = null!;

    [GlobalSetup]
    public void Compile()
    {
        Random random = new(1);
        RowLayout layout = new(["dwell", "surface"], [ColumnType.Scalar<float>(), ColumnType.Scalar<byte>()], 2, 2);
        ColumnBuffer dwell = new(layout.Types[0], Rows);
        ColumnBuffer surface = new(layout.Types[1], Rows);
        for (int i = 0; i < Rows; i++)
        {
            dwell.Append(random.NextSingle() * 10);
            surface.Append((byte)random.Next(8));
        }

        _rows = new RowSet(layout);
        _rows.Begin(new BufferRows(Rows, dwell, surface), nowMs: 0);
        _filter = new FilterCompiler(layout, []).Compile(
            Predicate.OnColumn("dwell").GreaterThan(2.0) & !Predicate.OnColumn("surface").In(3, 5));
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public int Evaluate()
    {
        _mask.Reset(Rows, value: false);
        _scratch.Begin(null);
        _filter.Evaluate(_rows, _mask, _scratch);
        return _mask.CountSet();
    }
}
