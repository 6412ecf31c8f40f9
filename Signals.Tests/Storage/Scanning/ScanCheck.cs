using Signals.Scanning;
using Signals.Serving;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Compares scans with reads of the same state: whole, in parts, and from a token on. Threads: one.</summary>
/// <param name="schema">The schema of the store.</param>
/// <param name="users">Every user that the store may have.</param>
/// <param name="read">Reads a user.</param>
/// <param name="scan">Begins scans of the state that is read.</param>
internal sealed class ScanCheck(
    StoreSchema schema,
    IReadOnlyList<UserId> users,
    Func<UserId, SequenceQuery, Sequence> read,
    Func<string, ScanOptions, int, IReadOnlyList<EventScan>> scan)
{
    /// <summary>Scans of a store as it is now.</summary>
    public static ScanCheck Of(SignalStore store, IReadOnlyList<UserId> users) => new(
        store.Schema, users, store.Read,
        (type, options, parts) => parts == 0 ? [store.Scan(type, options)] : store.SplitScan(type, options, parts));

    /// <summary>Scans of a state of the past.</summary>
    public static ScanCheck Of(PastStore past, StoreSchema schema, IReadOnlyList<UserId> users) => new(
        schema, users, past.Read,
        (type, options, parts) => parts == 0 ? [past.Scan(type, options)] : past.SplitScan(type, options, parts));

    /// <summary>Asks one random question of a type. Throws when an answer is wrong; returns how many events it has.</summary>
    public int Ask(ref SimRandom random, EventTypeSchema type, long nowMs)
    {
        return Ask(ref random, ScanQuestion.Random(ref random, type, users, nowMs));
    }

    /// <summary>Asks a question.</summary>
    public int Ask(ref SimRandom random, ScanQuestion question)
    {
        List<string> expected = question.Expected(schema, users, read);
        int batches = random.Below(4);
        Require(expected, Whole(question, ref batches, out ScanToken? token, out int given), question, "whole");
        if (token is not null)
        {
            using EventScan rest = scan(question.Type.Name, question.After(ScanToken.Parse(token.ToString())), 0)[0];
            Require(expected[given..], ScanText.All(rest, question.Options.BatchRows), question, $"after {given} events");
        }

        int parts = 1 + random.Below(4);
        List<string> all = [];
        IReadOnlyList<EventScan> some = scan(question.Type.Name, token is null ? question.Options : question.After(token), parts);
        foreach (EventScan part in some)
        {
            using (part)
            {
                all.AddRange(ScanText.All(part, question.Options.BatchRows));
            }
        }

        Require(expected[given..], all, question, $"in {some.Count} of {parts} parts after {given} events");
        return expected.Count;
    }

    // The token is that after some batches.
    private List<string> Whole(ScanQuestion question, ref int batches, out ScanToken? token, out int given)
    {
        using EventScan whole = scan(question.Type.Name, question.Options, 0)[0];
        List<string> lines = [];
        for (token = null, given = 0; ScanText.Next(whole, question.Options.BatchRows, lines); batches--)
        {
            token = batches > 0 ? whole.Token : token;
            given = batches > 0 ? lines.Count : given;
        }

        return lines;
    }

    private static void Require(List<string> expected, List<string> actual, ScanQuestion question, string how)
    {
        if (!expected.SequenceEqual(actual))
        {
            int same = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
            throw new InvalidOperationException(
                $"{question}, {how}: {actual.Count} events, not {expected.Count}; the first difference is {same}:\n"
                + $"read {expected.ElementAtOrDefault(same)}\nscan {actual.ElementAtOrDefault(same)}");
        }
    }
}
