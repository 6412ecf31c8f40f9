using System.Numerics;
using System.Text;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Core.Serving.Rows;
using Signals.Definitions;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// Compiles the conditions of a definition to filters over a layout, with columns by ordinal and literals in the columns' types.
/// </summary>
/// <remarks>Thread contract: one thread. The definition must have been validated against the schema of the layout.</remarks>
/// <param name="layout">The columns.</param>
/// <param name="steps">
/// The names of the host's event filters. Their positions identify them; the compiler adds names as it finds them.
/// </param>
internal sealed class FilterCompiler(RowLayout layout, List<string> steps)
{
    public RowFilter Compile(Predicate predicate) => predicate switch
    {
        AllPredicate all => new AllFilter([.. all.Predicates.Select(Compile)]),
        AnyPredicate any => new AnyFilter([.. any.Predicates.Select(Compile)]),
        NotPredicate not => new NotFilter(Compile(not.Predicate)),
        ComparisonPredicate comparison => Compare(layout.OrdinalOf(comparison.Column), comparison.Operator, comparison.Value.Value),
        RangePredicate range => Between(layout.OrdinalOf(range.Column), range.Low.Value, range.High.Value),
        SetPredicate set => In(layout.OrdinalOf(set.Column), set.Values),
        StatePredicate state => new StateFilter(layout.OrdinalOf(state.Column), state.State),
        HostPredicate host => Host(host),
        FilterPredicate filter => new EventFilterLeaf(Step(filter.Name)),
        _ => throw new NotSupportedException($"A condition of the kind {predicate.GetType().Name} cannot be served."),
    };

    private int Step(string name)
    {
        int known = steps.IndexOf(name);
        if (known < 0)
        {
            known = steps.Count;
            steps.Add(name);
        }

        return known;
    }

    private HostFilter Host(HostPredicate host)
    {
        int column = layout.OrdinalOf(host.Column);
        return layout.Types[column] == host.Type
            ? new HostFilter(column, host)
            : throw new ArgumentException(
                $"The column '{host.Column}' is {layout.Types[column]}; the host's condition takes {host.Type}.");
    }

    private RowFilter Compare(int column, ComparisonOperator op, Literal value)
    {
        switch (layout.Types[column].Kind)
        {
            case ColumnKind.Text or ColumnKind.Bytes:
                return new BytesSetFilter(column, [BytesOf(value)], outside: Equality(column, op) == ComparisonOperator.NotEqual);
            case ColumnKind.Boolean:
                byte wanted = (byte)(value.Boolean == (Equality(column, op) == ComparisonOperator.Equal) ? 1 : 0);
                return new RangeFilter<byte>(column, wanted, wanted);
            case ColumnKind.Int8: return new NumberBounds<sbyte>(value).Compare(column, op);
            case ColumnKind.UInt8: return new NumberBounds<byte>(value).Compare(column, op);
            case ColumnKind.Int16: return new NumberBounds<short>(value).Compare(column, op);
            case ColumnKind.UInt16: return new NumberBounds<ushort>(value).Compare(column, op);
            case ColumnKind.Int32: return new NumberBounds<int>(value).Compare(column, op);
            case ColumnKind.UInt32: return new NumberBounds<uint>(value).Compare(column, op);
            case ColumnKind.Int64: return new NumberBounds<long>(value).Compare(column, op);
            case ColumnKind.UInt64: return new NumberBounds<ulong>(value).Compare(column, op);
            case ColumnKind.Float16: return new NumberBounds<Half>(value).Compare(column, op);
            case ColumnKind.Float32: return new NumberBounds<float>(value).Compare(column, op);
            case ColumnKind.Float64: return new NumberBounds<double>(value).Compare(column, op);
            default: throw Unfit(column);
        }
    }

    private RowFilter Between(int column, Literal low, Literal high) => layout.Types[column].Kind switch
    {
        ColumnKind.Int8 => NumberBounds<sbyte>.Between(column, low, high),
        ColumnKind.UInt8 => NumberBounds<byte>.Between(column, low, high),
        ColumnKind.Int16 => NumberBounds<short>.Between(column, low, high),
        ColumnKind.UInt16 => NumberBounds<ushort>.Between(column, low, high),
        ColumnKind.Int32 => NumberBounds<int>.Between(column, low, high),
        ColumnKind.UInt32 => NumberBounds<uint>.Between(column, low, high),
        ColumnKind.Int64 => NumberBounds<long>.Between(column, low, high),
        ColumnKind.UInt64 => NumberBounds<ulong>.Between(column, low, high),
        ColumnKind.Float16 => NumberBounds<Half>.Between(column, low, high),
        ColumnKind.Float32 => NumberBounds<float>.Between(column, low, high),
        ColumnKind.Float64 => NumberBounds<double>.Between(column, low, high),
        _ => throw Unfit(column),
    };

    private RowFilter In(int column, ValueList<Literal> values) => layout.Types[column].Kind switch
    {
        ColumnKind.Text or ColumnKind.Bytes => new BytesSetFilter(column, values.Select(BytesOf)),
        ColumnKind.Boolean => new SetFilter<byte>(column, values.Select(value => (byte)(value.Boolean ? 1 : 0))),
        ColumnKind.Int8 => In<sbyte>(column, values),
        ColumnKind.UInt8 => In<byte>(column, values),
        ColumnKind.Int16 => In<short>(column, values),
        ColumnKind.UInt16 => In<ushort>(column, values),
        ColumnKind.Int32 => In<int>(column, values),
        ColumnKind.UInt32 => In<uint>(column, values),
        ColumnKind.Int64 => In<long>(column, values),
        ColumnKind.UInt64 => In<ulong>(column, values),
        ColumnKind.Float16 => In<Half>(column, values),
        ColumnKind.Float32 => In<float>(column, values),
        ColumnKind.Float64 => In<double>(column, values),
        _ => throw Unfit(column),
    };

    private static SetFilter<T> In<T>(int column, ValueList<Literal> values)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        List<T> held = [];
        foreach (Literal literal in values)
        {
            if (new NumberBounds<T>(literal).TryGet(out T value))
            {
                held.Add(value);
            }
        }

        return new SetFilter<T>(column, held);
    }

    internal static byte[] BytesOf(Literal literal) =>
        literal.Kind == LiteralKind.Text ? Encoding.UTF8.GetBytes(literal.Text) : literal.Bytes.ToArray();

    private ComparisonOperator Equality(int column, ComparisonOperator op) =>
        op is ComparisonOperator.Equal or ComparisonOperator.NotEqual ? op : throw Unfit(column);

    private ArgumentException Unfit(int column) =>
        new($"The column '{layout.Names[column]}' is {layout.Types[column]}; this condition cannot be applied to it.");
}
