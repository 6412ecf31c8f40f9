using System.Globalization;
using System.Text;

namespace Signals.Tests.Checkpoints;

/// <summary>Small stores in real folders, fed from a source whose every position is one event. Threads: any; a store at a time.</summary>
internal static class CheckpointStores
{
    public const string Source = "topic/0";

    /// <summary>The time of the first event: 2026-03-01, UTC.</summary>
    public const long Start = 1_772_323_200_000;

    private const int Users = 7;

    public static StoreSchema Schema { get; } =
        StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").Text("note").KeepLast(50)));

    public static StoreOptions Options { get; } = new()
    {
        RingBytes = 16 << 10,
        MaxBatchBytes = 4 << 10,
        MemTableBytes = 64 << 10,
        LogBytes = 32 << 10,
        BlockCacheBytes = 1 << 20,
    };

    public static SignalStore Open(string path) => SignalStore.Open(path, Schema, Options);

    public static UserId UserOf(long position) => UserId.From($"user-{position * 31 % Users}");

    /// <summary>Appends what the source has between the store's position and another.</summary>
    public static void Feed(SignalStore store, long upTo, string source = Source, int generation = 0)
    {
        const int MostInAGroup = 20;
        for (long from = store.GetResumePosition(source) ?? 0; from < upTo;)
        {
            EventGroup group = store.CreateGroup(source);
            Assert.That(group.Generation, Is.EqualTo(generation));
            for (int i = 0; i < MostInAGroup && from < upTo; i++, from++)
            {
                group["view"].Add(UserOf(from), TimeOf(from), (ulong)from + 1).Set("n", (int)from).Set("note", NoteOf(from));
            }

            group.Position = from;
            store.AppendGroupAsync(group).AsTask().GetAwaiter().GetResult();
        }

        store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
    }

    /// <summary>Every answer of a store: each user's whole sequence, with the positions of the sources.</summary>
    public static string Answers(SignalStore store)
    {
        StringBuilder answers = new();
        answers.AppendJoin(';', store.GetResumePositions());
        foreach (int user in Enumerable.Range(0, Users))
        {
            using Sequence sequence = store.Read(UserId.From($"user-{user}"), store.Query("view").Last(1000).Build());
            answers.Append(CultureInfo.InvariantCulture, $"\n{user}: {sequence.Count}");
            for (int i = 0; i < sequence.Count; i++)
            {
                answers.Append(
                    CultureInfo.InvariantCulture,
                    $" {sequence.Times[i]},{sequence.Ids[i]},{sequence.Field<int>("n")[i]},{sequence.Text("note", i)}");
            }
        }

        return answers.ToString();
    }

    /// <summary>The answers of the store in a closed folder, whose every byte is also checked.</summary>
    public static string AnswersOf(string path)
    {
        using SignalStore store = Open(path);
        Assert.That(store.Verify().Problems, Is.Empty);
        return Answers(store);
    }

    /// <summary>What a store answers that took everything of the source up to a position.</summary>
    public static string AnswersAt(long position)
    {
        string path = Directory.CreateTempSubdirectory("signals-checkpoint-model-").FullName;
        try
        {
            using SignalStore store = Open(Path.Combine(path, "store"));
            Feed(store, position);
            return Answers(store);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static long TimeOf(long position) => Start + (position * 1000);

    private static string NoteOf(long position) =>
        string.Create(CultureInfo.InvariantCulture, $"note {position * 2_654_435_761 % 4_294_967_296} of {position}");
}
