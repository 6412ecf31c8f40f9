using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>A random question, for the model and for the store.</summary>
internal sealed record MetaQuery(int[] Types, int Last, int[] LastOf, long From, long To, bool OldestFirst, string[]? Columns)
{
    public static MetaQuery Random(ref SimRandom random, MetaType[] types, int[] columns, long now)
    {
        int[] chosen = [.. Enumerable.Range(0, types.Length)];
        for (int i = chosen.Length - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (chosen[i], chosen[other]) = (chosen[other], chosen[i]);
        }

        chosen = chosen[..(1 + random.Below(chosen.Length))];
        string[] names = [.. chosen.SelectMany(type => types[type].Columns[..columns[type]]).Select(c => c.Name).Distinct()];
        string[]? subset = null;
        if (random.Coin())
        {
            SimRandom pick = new(random.Next());
            subset = [.. names.Where(_ => pick.Coin())];
        }

        int last = random.Below(3) == 0 ? int.MaxValue : 1 + random.Below(40);
        int[] lastOf = [.. types.Select(_ => int.MaxValue)];
        lastOf[chosen[0]] = random.Below(3) == 0 ? 1 + random.Below(20) : int.MaxValue;
        long from = random.Below(3) == 0 ? now - (random.Below(200) * 60_000L) : long.MinValue;
        long to = random.Below(3) == 0 ? Math.Max(from, now - (random.Below(120) * 60_000L)) : long.MaxValue;
        return new MetaQuery(chosen, last, lastOf, from, to, random.Coin(), subset);
    }

    public int LastOfType(int type) => LastOf[type];

    public SequenceQuery Build(SignalStore store, MetaType[] types)
    {
        SequenceQueryBuilder query = store.Query(Array.ConvertAll(Types, type => types[type].Name));
        foreach (int type in Types)
        {
            query = LastOf[type] == int.MaxValue ? query : query.Last(types[type].Name, LastOf[type]);
        }

        query = Last == int.MaxValue ? query : query.Last(Last);
        query = From == long.MinValue && To == long.MaxValue ? query : query.Between(From, To);
        query = OldestFirst ? query.OldestFirst() : query;
        query = Columns is null ? query : query.Columns(Columns);
        return query.Build();
    }

    public override string ToString() =>
        $"types [{string.Join(',', Types)}] last {Last} each [{string.Join(',', LastOf)}] from {From} to {To} oldest {OldestFirst} columns "
            + $"[{(Columns is null ? "*" : string.Join(',', Columns))}]";
}
