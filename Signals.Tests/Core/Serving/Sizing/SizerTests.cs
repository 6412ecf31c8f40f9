using Signals.Core.Serving.Rows;
using Signals.Core.Serving.Sizing;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Core.Serving.Rows;

namespace Signals.Tests.Core.Serving.Sizing;

/// <summary>
/// The size stage alone: rows are written as one letter of their type each, newest first, a second apart; keys as digits.
/// </summary>
[Category("Fast")]
internal sealed class SizerTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("key")).EventType("b", t => t.Field<int>("key")).EventType("c", t => t.Field<int>("key")));

    [TestCase("aabba", "", "aab", TestName = "Choose_NoRules_TakesTheNewest")]
    [TestCase("aaaab", "", "aab", TestName = "Choose_CountFull_PassesOver")]
    [TestCase("aabba", "11212", "ab", TestName = "Choose_SameKey_KeepsTheNewest")]
    [TestCase("aabba", "1--11", "aab", TestName = "Choose_RowsWithoutKey_AreNeverDuplicates")]
    public void Choose_AllFetched(string types, string keys, string expected)
    {
        SequenceDefinitionBuilder definition = Definition(countOfA: 2, size: 3);
        if (keys.Length > 0)
        {
            definition.DistinctBy("key");
        }

        (bool settled, string chosen) = Choose(definition, types, keys, asked: [100, 100, 100]);
        Assert.That((settled, chosen), Is.EqualTo((true, expected)));
    }

    [Test]
    public void Choose_KeyOfARowPassedOver_IsNotTaken()
    {
        // The third a is over its count, so its key is free for the b after it.
        (bool settled, string chosen) = Choose(Definition(2, 4).DistinctBy("key"), "aaabb", "12334", [100, 100, 100]);
        Assert.That((settled, chosen), Is.EqualTo((true, "aabb")));
    }

    [Test]
    public void Choose_PerType_KeepsOneOfEachType()
    {
        (bool settled, string chosen) = Choose(Definition(9, 9).DistinctPerTypeBy("key"), "abab", "1111", [100, 100, 100]);
        Assert.That((settled, chosen), Is.EqualTo((true, "ab")));
    }

    [Test]
    public void Choose_OlderRowsNotFetched_StopsAboveTheHorizon()
    {
        // Two b were asked for and came: after the second one there may be others before the next a.
        (bool settled, string chosen) = Choose(Definition(9, 9), "abaabaa", "", [100, 2, 100]);
        Assert.That((settled, chosen), Is.EqualTo((false, "abaab")));
    }

    [Test]
    public void Choose_RowAtTheTimeOfAnothersFrontier_IsNotCertain()
    {
        // At one time a comes before b, so an a that was not fetched could stand before this b.
        (bool settled, string chosen) = Choose(Definition(9, 9), "aab", "", [2, 100, 100], [3000, 2000, 2000]);
        Assert.That((settled, chosen), Is.EqualTo((false, "aa")));
    }

    [Test]
    public void Choose_FullTypeNotFetchedWhole_DoesNotHoldTheHorizon()
    {
        (bool settled, string chosen) = Choose(Definition(countOfA: 2, size: 9), "aabbb", "", [2, 100, 100]);
        Assert.That((settled, chosen), Is.EqualTo((true, "aabbb")));
    }

    [Test]
    public void Choose_EnoughAboveTheHorizon_IsSettled()
    {
        (bool settled, string chosen) = Choose(Definition(9, 2), "aab", "", [100, 1, 100]);
        Assert.That((settled, chosen), Is.EqualTo((true, "aa")));
    }

    [Test]
    public void Choose_Mix_ReservesBoundsAndBreaksRuns()
    {
        SequenceDefinitionBuilder reserve = Definition(9, 3).Quota(["b"], minimum: 1);
        Assert.That(Choose(reserve, "aaaab", "", [100, 100, 100]), Is.EqualTo((true, "aab")));
        SequenceDefinitionBuilder bound = Definition(9, 4).Quota(["a"], maximum: 1);
        Assert.That(Choose(bound, "aaabc", "", [100, 100, 100]), Is.EqualTo((true, "abc")));
        SequenceDefinitionBuilder run = Definition(9, 4).StreakLimit(["a"], 2);
        Assert.That(Choose(run, "aaabaa", "", [100, 100, 100]), Is.EqualTo((true, "aaba")));
    }

    [Test]
    public void Choose_ReservedRowBelowTheHorizon_IsNotSettled()
    {
        // All of b was fetched, but its row lies where an a that was not fetched could come first.
        SequenceDefinitionBuilder definition = Definition(9, 1).Quota(["b"], minimum: 1);
        Assert.That(Choose(definition, "aab", "", [2, 100, 100]).Settled, Is.False);
        Assert.That(Choose(definition, "aab", "", [100, 100, 100]), Is.EqualTo((true, "b")));
    }

    [Test]
    public void Choose_RowsOfWhichNothingIsKnown_EndTheCertainPart()
    {
        Assert.That(Choose(Definition(9, 9), "aabab", "", [100, 100, 100], known: 3), Is.EqualTo((false, "aab")));
        Assert.That(Choose(Definition(9, 3), "aabab", "", [100, 100, 100], known: 3), Is.EqualTo((true, "aab")));
        Assert.That(Choose(Definition(9, 9), "aabab", "", [100, 100, 100], known: 0), Is.EqualTo((false, "")));
        Assert.That(Choose(Definition(9, 9), "aabab", "", [100, 100, 100], known: 5), Is.EqualTo((true, "aabab")));
        SequenceDefinitionBuilder reserve = Definition(9, 2).Quota(["b"], minimum: 1);
        Assert.That(Choose(reserve, "aaab", "", [100, 100, 100], known: 3).Settled, Is.False, "the row that is reserved may come");
    }

    private static SequenceDefinitionBuilder Definition(int countOfA, int size) => SequenceDefinition.Create("d").OwnedBy("tests")
        .From("a", a => a.Last(countOfA)).From("b", b => b.Last(9)).From("c", c => c.Last(9)).Size(size);

    private static (bool Settled, string Chosen) Choose(
        SequenceDefinitionBuilder builder, string types, string keys, int[] asked, long[]? times = null, int known = int.MaxValue)
    {
        ArrayColumn column = new(ColumnType.Scalar<int>());
        foreach (char key in keys.PadRight(types.Length, '-'))
        {
            _ = key == '-' ? column.AddWithout(ColumnState.Absent) : column.Add((int)key);
        }

        RowLayout layout = new(["key"], [ColumnType.Scalar<int>()], 1, 1);
        RowSet rows = new(layout);
        rows.Begin(new ArrayRows(types.Length, [column], times, types: [.. types.Select(type => (ushort)(type - 'a'))]), 2_000_000);
        RowChoice chosen = new();
        bool settled = new Sizer(new SizeRules(builder.Build(), [.. Schema.EventTypes], layout)).Choose(rows, 0, asked, chosen, known);
        return (settled, string.Concat(chosen.Span.ToArray().Select(row => types[row])));
    }
}
