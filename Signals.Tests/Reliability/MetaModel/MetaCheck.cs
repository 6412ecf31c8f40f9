namespace Signals.Tests.Reliability.MetaModel;

/// <summary>Compares answers of a store with those of the model, row by row and value by value.</summary>
internal sealed class MetaCheck(SignalStore store, DictionaryModel model, MetaType[] types, int[] columns)
{
    public void Check(MetaQuery query, IEnumerable<int> users, Func<int, UserId> id, long now)
    {
        SequenceQuery built = query.Build(store, types);
        int[] asked = [.. users];
        using SequenceBatch many = store.ReadMany(Array.ConvertAll(asked, user => id(user)), built);
        for (int i = 0; i < asked.Length; i++)
        {
            MetaEvent[] expected = model.Answer(asked[i], query, now);
            using Sequence answer = store.Read(id(asked[i]), built);
            string where = $"user {asked[i]}, {query}";
            Compare(expected, answer, query, types, columns, where);
            CompareStatus(model.IsKnown(asked[i], query, now), answer.Status, where);
            Range rows = many.Offsets[i]..many.Offsets[i + 1];
            CompareKeys(expected, many.Times[rows], many.Ids[rows], many.EventTypes[rows], $"ReadMany, {where}");
            CompareBatch(answer, many, many.Offsets[i], where);
            Require(many.Statuses[i] == answer.Status, $"ReadMany says {many.Statuses[i]}, Read {answer.Status}; {where}");
            CompareWatermarks(answer, query, where);
        }
    }

    /// <summary>Compares the events of one answer and their cells.</summary>
    public static void Compare(MetaEvent[] expected, in Sequence answer, MetaQuery query, MetaType[] types, int[] columns, string where)
    {
        CompareKeys(expected, answer.Times, answer.Ids, answer.EventTypes, where);
        CompareCells(expected, answer, query, types, columns, where);
    }

    private static void CompareKeys(
        MetaEvent[] expected, ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<ushort> eventTypes, string where)
    {
        string want = string.Join(' ', expected.Select(e => $"{e.Type}:{e.Time}:{e.Id}"));
        string[] got = new string[times.Length];
        for (int i = 0; i < got.Length; i++)
        {
            got[i] = $"{eventTypes[i]}:{times[i]}:{ids[i]}";
        }

        Require(want == string.Join(' ', got), $"{where}\nexpected {want}\ngot      {string.Join(' ', got)}");
    }

    private static void CompareCells(
        MetaEvent[] expected, in Sequence answer, MetaQuery query, MetaType[] types, int[] columns, string where)
    {
        foreach (string name in answer.Query.ColumnNames)
        {
            if (name == MetaType.Wide)
            {
                Require(!answer.States(name).ContainsAnyExcept(ColumnState.Absent), $"{where}\n{name} has a value or null");
                Require(!answer.Vector<sbyte>(name).ContainsAnyExcept((sbyte)0), $"{where}\n{name} is not zero");
                continue;
            }

            MetaColumn column = query.Types.SelectMany(type => types[type].Columns).First(c => c.Name == name);
            for (int row = 0; row < expected.Length; row++)
            {
                int index = Array.FindIndex(types[expected[row].Type].Columns, c => c.Name == name);
                MetaCell want = index < 0 || index >= columns[expected[row].Type] ? MetaCell.Absent : expected[row].Cell(index);
                MetaCell got = column.Get(answer, row);
                Require(want.Shows(got), $"{where}\n{name} of row {row} ({expected[row].Time}:{expected[row].Id}) is {got}, not {want}");
            }
        }
    }

    private static void CompareBatch(in Sequence answer, in SequenceBatch many, int first, string where)
    {
        foreach (string name in answer.Query.ColumnNames)
        {
            ReadOnlySpan<ColumnState> states = many.States(name).Slice(first, answer.Count);
            Require(states.SequenceEqual(answer.States(name)), $"ReadMany has other states of {name}; {where}");
            if (name.EndsWith("Int32", StringComparison.Ordinal))
            {
                Require(many.Field<int>(name).Slice(first, answer.Count).SequenceEqual(answer.Field<int>(name)), $"{name}; {where}");
            }
            else if (name.EndsWith("Text", StringComparison.Ordinal))
            {
                for (int row = 0; row < answer.Count; row++)
                {
                    Require(many.Bytes(name, first + row).SequenceEqual(answer.Bytes(name, row)), $"{name}; {where}");
                }
            }
        }
    }

    private static void CompareStatus(bool? known, SequenceStatus status, string where)
    {
        SequenceStatus? expected = known is bool sure ? (sure ? SequenceStatus.Complete : SequenceStatus.UnknownUser) : null;
        Require(expected is null || expected == status, $"{where}: status {status}, expected {expected}");
    }

    private void CompareWatermarks(in Sequence answer, MetaQuery query, string where)
    {
        foreach (int type in query.Types)
        {
            long newest = answer.EventTypes.IndexOf((ushort)type) < 0 ? long.MinValue : Newest(answer, type);
            long got = answer.Watermark(types[type].Name);
            Require(
                got >= newest && got <= model.Watermark(type),
                $"{where}: watermark {got} of type {type}, expected {newest} to {model.Watermark(type)}");
        }
    }

    private static long Newest(in Sequence answer, int type)
    {
        long newest = long.MinValue;
        for (int i = 0; i < answer.Count; i++)
        {
            newest = answer.EventTypes[i] == type ? Math.Max(newest, answer.Times[i]) : newest;
        }

        return newest;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }
}
