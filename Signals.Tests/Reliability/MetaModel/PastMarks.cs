using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Definitions;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Scanning;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Scanning;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// States of a store that a history noted, each with the model as it was and with receipts of sequences served then. Whatever
/// happens later, a state reads as its model says and a receipt gives the sequence that was served, or both are refused for a
/// reason that is one. Threads: one.
/// </summary>
internal sealed class PastMarks(MetaType[] types, Func<int, UserId> id, int users)
{
    private const string Name = "past";
    private const int Size = 12;

    private readonly List<Mark> _marks = [];
    private int _erasures;
    private int _gone; // of the marks, from the first
    private bool _isForgotten;

    /// <summary>Receipts that gave the sequence that was served.</summary>
    public int Rebuilt { get; private set; }

    /// <summary>Receipts and states that were refused, and had to be.</summary>
    public int Refused { get; private set; }

    /// <summary>States that read as their model says.</summary>
    public int Compared { get; private set; }

    /// <summary>Who was erased cannot be read again.</summary>
    public void Erase() => _erasures++;

    /// <summary>
    /// The files were cleaned: if anybody was ever erased, rows of them may have come again, and older states may be gone.
    /// </summary>
    public void Compact() => _gone = _erasures > 0 ? _marks.Count : _gone;

    /// <summary>From here on the store has no states of before.</summary>
    public void Forget() => _isForgotten = _marks.Count > 0;

    /// <summary>Notes the state and serves every user with a receipt.</summary>
    public void Add(SignalStore store, DictionaryModel model, int declaredTypes, int[] columns, long now)
    {
        SequenceDefinition definition = Register(store, declaredTypes, columns);
        Served[] served = new Served[users];
        for (int user = 0; user < users; user++)
        {
            using ServedSequence sequence = store.Read(id(user), Name, new ReadOptions { WithReceipt = true });
            served[user] = new Served(sequence.Receipt, BytesOf(sequence));
        }

        _marks.Add(new Mark(
            model.Clone(), definition, store.CommitPosition, served[0].Receipt.Version,
            now, declaredTypes, [.. columns], served, _erasures));
        if (_isForgotten)
        {
            _marks.RemoveRange(0, _marks.Count - 1);
            _isForgotten = false;
            _gone = 0;
        }
    }

    /// <summary>Looks at some of the states again, and at every receipt.</summary>
    public void Check(SignalStore store, DictionaryModel model, long nowMs, ref SimRandom random)
    {
        for (int i = 0; i < _marks.Count; i++)
        {
            Mark mark = _marks[i];
            bool isGone = i < _gone;
            store.Definitions.Remove(Name);
            store.Definitions.Register(mark.Definition);
            CheckReceipts(store, mark, isGone);
            if (random.Below(4) == 0)
            {
                CheckCorrected(store, mark, model, nowMs, ref random);
                CheckState(store, mark, isGone, model, ref random);
            }
        }
    }

    private void CheckReceipts(SignalStore store, Mark mark, bool isGone)
    {
        SequenceReceipt[] receipts = [.. mark.Served.Select(served => served.Receipt)];
        bool[] seen = new bool[receipts.Length];
        new SequenceRebuilder(store.Engine, store.Definitions).Rebuild(
            receipts,
            (index, rebuilt) =>
            {
                using (rebuilt)
                {
                    Check(rebuilt, mark, isGone, index);
                    seen[index] = true;
                }
            },
            CancellationToken.None);
        Require(seen.All(one => one), "a receipt was passed over");
    }

    private void Check(in RebuiltSequence rebuilt, Mark mark, bool isGone, int index)
    {
        if (rebuilt.Status == RebuildStatus.Exact)
        {
            Require(
                BytesOf(rebuilt.Sequence).AsSpan().SequenceEqual(mark.Served[index].Bytes),
                $"the sequence of {mark.Served[index].Receipt} is another one");
            Rebuilt++;
        }
        else
        {
            bool isReason = rebuilt.Status switch
            {
                RebuildStatus.Expired => isGone || _isForgotten,
                RebuildStatus.ErasedUser => mark.Erasures < _erasures,
                RebuildStatus.Lost or RebuildStatus.Different => _isForgotten,
                _ => false,
            };
            Require(isReason, $"{mark.Served[index].Receipt} is {rebuilt.Status}");
            Refused++;
        }
    }

    /// <summary>The past as it is corrected now: today's model without the events after a time.</summary>
    private void CheckCorrected(SignalStore store, Mark mark, DictionaryModel model, long nowMs, ref SimRandom random)
    {
        long asOf = mark.NowMs - (random.Below(120) * 30_000L);
        ReadOptions options = new() { AsOf = DateTimeOffset.FromUnixTimeMilliseconds(asOf) };
        for (int user = 0; user < users; user++)
        {
            using ServedSequence answer = store.Read(id(user), Name, options);
            MetaEvent[] expected =
            [
                .. Enumerable.Range(0, mark.DeclaredTypes)
                    .SelectMany(type => model.Visible(user, type, nowMs)
                        .Where(one => one.Time <= asOf && one.Time >= asOf - WindowOf(types[type]))
                        .Take(Math.Min(Size, types[type].KeepLast)))
                    .OrderByDescending(one => one.Time).ThenBy(one => one.Type).ThenBy(one => one.Id).Take(Size),
            ];
            string want = string.Join(' ', expected.Select(one => $"{one.Type}:{one.Time}:{one.Id}"));
            string got = string.Join(' ', Enumerable.Range(0, answer.Count).Select(row => KeyOf(answer, row)));
            Require(want == got, $"user {user} as corrected now at {asOf}\nexpected {want}\ngot      {got}");
        }
    }

    private static string KeyOf(in ServedSequence answer, int row) => $"{answer.EventTypes[row]}:{answer.Times[row]}:{answer.Ids[row]}";

    private static long WindowOf(MetaType type) => type.MaxAgeMs == 0 ? 7_200_000 : type.MaxAgeMs;

    private void CheckState(SignalStore store, Mark mark, bool isGone, DictionaryModel model, ref SimRandom random)
    {
        using PastState? state = store.Engine.OpenPast(mark.Version, out _);
        if (state is null)
        {
            Require(isGone || _isForgotten, $"version {mark.Version} is gone");
            Refused++;
            return;
        }

        if (_isForgotten)
        {
            return; // a version of another store, by chance of the same number
        }

        state.AdvanceTo(new(mark.Position));
        state.Clock.NowMs = mark.NowMs;
        DictionaryModel then = mark.Model.ErasedAs(model);
        MetaQuery query = MetaQuery.Random(ref random, types[..mark.DeclaredTypes], mark.Columns, mark.NowMs);
        SequenceQuery built = query.Build(store, types);
        for (int user = 0; user < users; user++)
        {
            using Sequence answer = state.Reader.Read(id(user), built);
            MetaCheck.Compare(
                then.Answer(user, query, mark.NowMs), answer, query, types, mark.Columns,
                $"user {user} as known at {mark.Position} of version {mark.Version}, {query}");
        }

        CheckScan(store, state, mark, ref random);
        Compared++;
    }

    private void CheckScan(SignalStore store, PastState state, Mark mark, ref SimRandom random)
    {
        ScanCheck check = new(
            store.Schema,
            [.. Enumerable.Range(0, users).Select(id)],
            (user, query) => state.Reader.Read(user, query),
            (name, options, parts) =>
            {
                ScanPlan plan = ScanPlan.Create(store.Schema, name, options);
                PinnedView view = state.Pin(plan.EventType);
                return parts == 0 ? [ScanOpening.Open(plan, view)] : ScanOpening.OpenParts(plan, view, parts);
            });
        check.Ask(ref random, store.Schema[types[random.Below(mark.DeclaredTypes)].Name], mark.NowMs);
    }

    private SequenceDefinition Register(SignalStore store, int declaredTypes, int[] columns)
    {
        SequenceDefinitionBuilder builder = SequenceDefinition.Create(Name).OwnedBy("tests").Size(Size);
        for (int type = 0; type < declaredTypes; type++)
        {
            MetaType one = types[type];
            builder.From(one.Name, source => source
                .Last(Math.Min(Size, one.KeepLast)).Within(TimeSpan.FromMilliseconds(WindowOf(one))));
        }

        // A column that another type has with the same name is of the same kind there.
        string[] names = [.. Enumerable.Range(0, declaredTypes)
            .SelectMany(type => types[type].Columns.Take(columns[type])).Select(column => column.Name).Distinct()];
        builder.Columns(names);
        SequenceDefinition definition = builder.Build();
        store.Definitions.Remove(Name);
        store.Definitions.Register(definition);
        return definition;
    }

    /// <summary>Everything that the sequence holds.</summary>
    private static byte[] BytesOf(in ServedSequence sequence)
    {
        List<byte> bytes =
        [
            .. MemoryMarshal.AsBytes(sequence.Times), .. MemoryMarshal.AsBytes(sequence.Ids), .. MemoryMarshal.AsBytes(sequence.EventTypes),
        ];
        foreach (OutputColumn column in sequence.Definition.Columns)
        {
            IColumnRows rows = sequence.Column(column.Name);
            bytes.AddRange(rows.RowStates);
            for (int row = 0; row < sequence.Count; row++)
            {
                bytes.AddRange(rows.GetValue(row));
            }
        }

        return [.. bytes];
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }

    private sealed record Served(SequenceReceipt Receipt, byte[] Bytes);

    private sealed record Mark(
        DictionaryModel Model, SequenceDefinition Definition, long Position, uint Version,
        long NowMs, int DeclaredTypes, int[] Columns, Served[] Served, int Erasures);
}
