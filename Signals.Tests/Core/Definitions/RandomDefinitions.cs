using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

/// <summary>Makes definitions that use every part in random ways; each passes its check. For one thread.</summary>
internal sealed class RandomDefinitions(Random random)
{
    private static readonly string[] Names = ["a", "b.c", "d-e", "F_9", "item_id", "x"];

    private static readonly Parameter[] Parameters =
    [
        Parameter.Integer("count", 5, 1, 100), Parameter.Number("threshold", 0.25, -1e9, 1e9),
        Parameter.Duration("window", TimeSpan.FromHours(36), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(99)),
        Parameter.Text("word", "ü", "ü", "\"\\\n", ""), Parameter.Boolean("flag", true),
    ];

    public SequenceDefinition Next()
    {
        SequenceDefinitionBuilder builder = SequenceDefinition.Create(Name(), random.Next(1, int.MaxValue))
            .OwnedBy(Name(), Any<LifecycleStage>()).Describe(Word()).Parameters(Parameters)
            .Size(Maybe() ? random.Next(1000, 5000) : Parameters[0]);
        string[] types = [.. Names.Take(random.Next(1, Names.Length))];
        foreach (string type in types)
        {
            builder.From(type, Source);
        }

        Mix(builder, types);
        if (Maybe())
        {
            builder.Where(Condition(3));
        }

        if (Maybe())
        {
            builder = Maybe() ? builder.DistinctBy(Name()) : builder.DistinctPerTypeBy("k", Name());
        }

        builder = Maybe() ? builder.OldestFirst() : builder.NewestFirst();
        foreach (string name in Names.Take(random.Next(Names.Length)))
        {
            builder.Enrich(name, Any<PlacementChoice>(), Maybe() ? TimeSpan.FromMilliseconds(random.Next(1, 60_000)) : null);
            builder.Column(Name(), name, Maybe() ? Literal() : default(Literal?));
        }

        if (Maybe())
        {
            builder.Deadline(TimeSpan.FromMilliseconds(random.Next(1, 60_000))).Tensors(Tensors);
        }

        return builder.Build();
    }

    private void Source(FromClauseBuilder source)
    {
        source.Last(Maybe() ? random.Next(1, DefinitionLimits.MaxRows + 1) : Parameters[0]);
        if (Maybe())
        {
            source.Within(Maybe() ? TimeSpan.FromMilliseconds(random.NextInt64(1, 31_536_000_000_000)) : Parameters[2]);
        }

        if (Maybe())
        {
            source.Where(Condition(2));
        }
    }

    private void Mix(SequenceDefinitionBuilder builder, string[] types)
    {
        builder.StreakLimit([types[0]], Maybe() ? random.Next(1, 9) : Parameters[0]);
        if (Maybe())
        {
            builder.Quota([types[^1]], minimum: Maybe() ? random.Next(1, 2) : default(Setting<int>?), maximum: random.Next(2, 100));
        }
        else
        {
            builder.Share([.. types], maximum: random.Next(100));
        }
    }

    private Predicate Condition(int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => Predicate.OnColumn(Name()).EqualTo(Literal()),
        1 => Maybe() ? Predicate.OnColumn(Name()).AtLeast(Number()) : Predicate.OnColumn(Name()).LessThan(Parameters[1]),
        2 => Predicate.OnColumn(Name()).In(1, Math.BitIncrement(random.NextDouble()), ulong.MaxValue - (ulong)random.Next(9)),
        3 => Maybe()
            ? Predicate.OnColumn(Name()).Between(-random.NextDouble(), 0)
            : Predicate.OnColumn(Name()).Between((Literal)double.MinValue, Parameters[1]),
        4 => new StatePredicate { Column = Name(), State = Any<ColumnState>() },
        5 => Maybe() ? Predicate.Filter(Name()) : Predicate.OnColumn(Name()).NotEqualTo(Parameters[random.Next(3, 5)]),
        6 => !Condition(depth - 1),
        7 => Predicate.All([.. Enumerable.Range(0, random.Next(3)).Select(_ => Condition(depth - 1))]),
        _ => Predicate.Any([.. Enumerable.Range(0, random.Next(3)).Select(_ => Condition(depth - 1))]),
    };

    private void Tensors(TensorSectionBuilder section)
    {
        if (Maybe())
        {
            section.Jagged();
        }
        else
        {
            section.Padded(Any<PaddingSide>()).Mask("mask", Any<TensorType>());
        }

        foreach (string name in Names.Take(random.Next(1, Names.Length)))
        {
            section.Output(name, Any<TensorType>(), Features);
        }
    }

    private void Features(TensorBuilder tensor)
    {
        Scaling? scaling = Maybe()
            ? new Scaling { Factor = random.NextDouble(), Offset = -random.Next(3), Maximum = Maybe() ? 1e10 : null }
            : null;
        tensor.Column(Name(), Maybe() ? Number() : default(Literal?), scaling);
        switch (random.Next(5))
        {
            case 0:
                tensor.OneHot(Name(), [Word(), "other word"], Maybe()).Age(Any<TimeUnit>(), scaling);
                break;
            case 1:
                tensor.MultiHot(["p", Name()], [1, 2, 2.5], Maybe()).Gap(Any<TimeUnit>(), scaling);
                break;
            case 2:
                tensor.Index(Name(), [Signals.Definitions.Literal.FromBytes([1]), Signals.Definitions.Literal.FromBytes([])], Maybe())
                    .Time(Any<TimeUnit>());
                break;
            case 3:
                tensor.EventType(Maybe() ? CategoryEncoding.OneHot : CategoryEncoding.Index).Presence(Name());
                break;
            default:
                tensor.Position();
                break;
        }
    }

    private Literal Literal() => random.Next(5) switch
    {
        0 => Maybe(),
        1 => Word(),
        2 => Signals.Definitions.Literal.FromBytes(BitConverter.GetBytes(random.NextInt64())),
        _ => Number(),
    };

    private Literal Number() => random.Next(4) switch
    {
        0 => random.Next(-5, 5),
        1 => random.NextInt64(long.MinValue, long.MaxValue),
        2 => ulong.MaxValue - (ulong)random.NextInt64(long.MaxValue),
        _ => Finite(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
    };

    private string Word() => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => char.ConvertFromUtf32(random.Next(3) switch
    {
        0 => random.Next(0x80),
        1 => random.Next(0xD800),
        _ => random.Next(0x10000, 0x110000),
    })));

    private string Name() => Names[random.Next(Names.Length)];

    private bool Maybe() => random.Next(2) == 0;

    private T Any<T>()
        where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];

    private static double Finite(double value) => double.IsFinite(value) ? value : 0.5;
}
