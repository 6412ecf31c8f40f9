using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Makes up definitions over some columns. Deterministic; one thread.</summary>
/// <param name="seed">Everything follows from it.</param>
/// <param name="store">What it has to fit.</param>
internal sealed class RandomDefinition(ulong seed, RandomStore store)
{
    private static readonly TensorType[] TensorTypes = Enum.GetValues<TensorType>();

    private SimRandom _random = new(seed);

    // What may be named where the definition is made: the columns of the sources, or of one of them within its condition.
    private RandomColumn[] _columns = [];
    private bool _isFiltered;

    public SequenceDefinition Make()
    {
        int size = 1 + _random.Below(25);
        SequenceDefinitionBuilder builder = SequenceDefinition.Create("random").OwnedBy("tests").Size(size)
            .Enrich("triple", _random.Coin() ? PlacementChoice.Serving : PlacementChoice.Automatic);
        string[] chosen = [.. RandomStore.Types.Where(_ => _random.Below(4) != 0)];
        chosen = chosen.Any(TripleEnricher.Takes) ? chosen : [.. RandomStore.Types];
        foreach (string type in chosen)
        {
            _columns = store.ColumnsOf(type);
            _isFiltered = EvenFilter.Takes(type);
            Source(builder, type);
        }

        _columns = [.. chosen.SelectMany(store.ColumnsOf).DistinctBy(column => column.Name)];
        _isFiltered = chosen.Any(EvenFilter.Takes);
        if (_random.Coin())
        {
            builder.Where(Condition(0));
        }

        Mix(builder, chosen, size);
        Dedup(builder);
        if (_random.Coin())
        {
            builder.OldestFirst();
        }

        foreach (RandomColumn column in _columns.Where(_ => _random.Below(4) == 0))
        {
            Literal? missing = !column.Type.IsVector && _random.Coin() ? column.Literal(ref _random) : default(Literal?);
            builder.Column(
                column.Name, "as_" + column.Name,
                missing is { } value && LiteralFit.Holds(column.Type, value) ? value : default(Literal?));
        }

        builder.Tensors(Tensors);
        return builder.Build();
    }

    private void Source(SequenceDefinitionBuilder builder, string type) => builder.From(type, source =>
    {
        source.Last(Math.Min(1 + _random.Below(30), store.KeepOf(type)));
        if (_random.Below(3) == 0)
        {
            source.Within(TimeSpan.FromMilliseconds(1 + _random.Below(200_000)));
        }

        if (_random.Coin() && _columns.Any(column => !column.Type.IsVector))
        {
            source.Where(Condition(0));
        }
    });

    private Predicate Condition(int depth)
    {
        switch (depth < 2 ? _random.Below(9) : 4 + _random.Below(5))
        {
            case 0: return Predicate.All(Condition(depth + 1), Condition(depth + 1));
            case 1 or 2: return Predicate.Any(Condition(depth + 1), Condition(depth + 1));
            case 3: return Predicate.Not(Condition(depth + 1));
            case 4:
                return Predicate.OnColumn(Any(_ => true).Name) is var state && _random.Coin()
                    ? state.HasValue()
                    : _random.Coin() ? state.IsNull() : state.IsAbsent();
            case 5: return SetCondition();
            case 6 when _random.Below(3) == 0 && _isFiltered: return Predicate.Filter("even");
            case 6 when _random.Below(3) == 0 && _columns.Any(column => column.Name == "n"):
                return Predicate.Host<int>("n", static number => number > 3);
            default: return Comparison();
        }
    }

    private Predicate SetCondition()
    {
        RandomColumn column = Any(one => !one.Type.IsVector);
        return Predicate.OnColumn(column.Name).In(Distinct(column, 1 + _random.Below(16)));
    }

    private Predicate Comparison()
    {
        RandomColumn column = Any(one => !one.Type.IsVector);
        PredicateColumn begun = Predicate.OnColumn(column.Name);
        Literal literal = column.Literal(ref _random);
        int kind = column.IsNumber ? _random.Below(7) : _random.Below(2);
        if (kind == 6)
        {
            Literal other = column.Literal(ref _random);
            return LiteralOrder.Compare(literal, other) <= 0 ? begun.Between(literal, other) : begun.Between(other, literal);
        }

        return new ComparisonPredicate { Column = column.Name, Operator = (ComparisonOperator)kind, Value = literal };
    }

    private void Mix(SequenceDefinitionBuilder builder, string[] chosen, int size)
    {
        int reserved = 0;
        foreach (string type in chosen)
        {
            if (_random.Below(4) == 0)
            {
                int minimum = Math.Min(_random.Below(6), size - reserved);
                reserved += minimum;
                builder.Quota([type], minimum, minimum + _random.Below(8));
            }
        }

        if (_random.Below(5) == 0)
        {
            builder.StreakLimit([chosen[_random.Below(chosen.Length)]], 1 + _random.Below(3));
        }
    }

    private void Dedup(SequenceDefinitionBuilder builder)
    {
        string[] keys = [.. Enumerable.Range(0, 1 + _random.Below(2)).Select(_ => Any(one => !one.Type.IsVector).Name).Distinct()];
        switch (_random.Below(4))
        {
            case 0: builder.DistinctBy(keys); break;
            case 1: builder.DistinctPerTypeBy(keys); break;
        }
    }

    private void Tensors(TensorSectionBuilder section)
    {
        if (_random.Below(3) == 0)
        {
            section.Jagged();
        }
        else
        {
            section.Padded(_random.Coin() ? PaddingSide.Left : PaddingSide.Right)
                .Mask("mask", TensorTypes[_random.Below(TensorTypes.Length)]);
        }

        int count = 1 + _random.Below(3);
        for (int i = 0; i < count; i++)
        {
            section.Output($"t{i}", TensorTypes[_random.Below(TensorTypes.Length)], tensor =>
            {
                int features = 1 + _random.Below(4);
                for (int feature = 0; feature < features; feature++)
                {
                    AddFeature(tensor);
                }
            });
        }
    }

    private void AddFeature(TensorBuilder tensor)
    {
        TimeUnit unit = (TimeUnit)_random.Below(5);
        switch (_random.Below(12))
        {
            case 0: tensor.Age(unit, Scale()); break;
            case 1: tensor.Gap(unit, Scale()); break;
            case 2: tensor.Time(unit); break;
            case 3: tensor.EventType(_random.Coin() ? CategoryEncoding.OneHot : CategoryEncoding.Index); break;
            case 4: tensor.Presence(Any(_ => true).Name); break;
            case 5: tensor.Position(); break;
            case 6 or 7: Category(tensor); break;
            default:
                RandomColumn column = Any(one => !one.Type.IsVariable);
                bool isNumber = column.IsNumber || column.Type.IsVector;
                Literal? missing = _random.Coin() ? default(Literal?) : isNumber ? (_random.Coin() ? 7 : -1.5) : (Literal)true;
                tensor.Column(column.Name, missing, column.IsNumber ? Scale() : null);
                break;
        }
    }

    private void Category(TensorBuilder tensor)
    {
        RandomColumn column = Any(one => !one.Type.IsVector);
        Literal[] categories = [.. Distinct(column, 1 + _random.Below(12))];
        switch (_random.Below(3))
        {
            case 0: tensor.OneHot(column.Name, categories, _random.Coin()); break;
            case 1: tensor.Index(column.Name, categories, _random.Coin()); break;
            default:
                string[] alike = [column.Name, .. _columns.Where(c => c != column && c.Type == column.Type).Select(c => c.Name)];
                tensor.MultiHot(alike, categories, _random.Coin());
                break;
        }
    }

    private Literal[] Distinct(RandomColumn column, int most)
    {
        HashSet<Literal> literals = [];
        for (int i = 0; i < most; i++)
        {
            literals.Add(column.Literal(ref _random));
        }

        return [.. literals];
    }

    private Scaling? Scale() => _random.Below(3) != 0 ? null : new Scaling
    {
        Factor = (_random.Below(9) - 4) / 3.0,
        Offset = _random.Below(5),
        Minimum = _random.Coin() ? -10 : null,
        Maximum = _random.Coin() ? 100 : null,
    };

    private RandomColumn Any(Func<RandomColumn, bool> fits)
    {
        RandomColumn[] some = [.. _columns.Where(fits)];
        return some[_random.Below(some.Length)];
    }
}
