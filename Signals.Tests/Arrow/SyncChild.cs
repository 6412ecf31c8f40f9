using Signals.Arrow;
using Signals.Scanning;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Arrow;

/// <summary>A process of its own that writes a file of events or a training set, and syncs nothing else.</summary>
internal static class SyncChild
{
    /// <summary>The word that starts it.</summary>
    public const string Word = "sync-child";

    /// <summary>What it writes: a file of events.</summary>
    public const string Events = "events";

    /// <summary>What it writes: a training set.</summary>
    public const string Set = "set";

    /// <summary>Ends with 1, and says why on its error output, when the disk refuses.</summary>
    public static async Task<int> RunAsync(string what, string to)
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, 1);
        try
        {
            if (what == Events)
            {
                using EventScan scan = store.Scan(PastStores.Schema.EventTypes[0].Name);
                ArrowEvents.WriteFile(scan, to);
                return 0;
            }

            using ServedSequence served = store.Read(UserId.From(1UL), PastStores.Name, new ReadOptions { WithReceipt = true });
            using ArrowTrainingSink sink = ArrowTrainingSink.Create(to);
            await TrainingSet.FromReceiptsAsync(
                store, [new LoggedRequest("r", served.Receipt)], [], sink, new TrainingOptions { KeepUnlabelled = true });
            return 0;
        }
        catch (IOException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }
}
