using System.Globalization;
using Confluent.Kafka;

namespace Signals.Kafka.Poison;

/// <summary>A file for each partition. Immutable.</summary>
internal sealed class FilePolicy(string folder, long maxBytes) : PoisonPolicy
{
    // A disk that damages the file again and again would be filled with what is set aside.
    internal const int MostAside = 4;

    internal override IPoisonSink Open(TopicPartition partition, ClientConfig client, Action<Exception> report)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{partition.Topic}-{partition.Partition.Value}.poison");
        try
        {
            return new PoisonFileWriter(path, maxBytes);
        }
        catch (CorruptionException foreign) when (foreign.Offset == 0)
        {
            throw new SignalsException(
                $"'{path}' is not a file of poison records, or its beginning is damaged. Look at it, move it away, and run the partition "
                    + "again; nothing of it was changed.",
                foreign);
        }
        catch (CorruptionException damage)
        {
            string aside = FreeAside(path) ?? throw new SignalsException(
                $"The file of poison records '{path}' is damaged, and {MostAside} such files are set aside already. Look at them, move "
                    + $"them away, and run the partition again; nothing was changed. {damage.Message}",
                damage);
            File.Move(path, aside);
            FolderSync.SyncFolder(folder);
            report(new SignalsException(
                $"The file of poison records '{path}' is damaged, and is '{aside}' from now on: {damage.Message} Records that "
                    + "cannot be applied go to a new file. The store is not damaged.",
                damage));
            return new PoisonFileWriter(path, maxBytes);
        }
    }

    // What is whole in it can still be read, and the disk of the file says nothing about the store.
    private static string? FreeAside(string path) =>
        Enumerable.Range(1, MostAside).Select(number => AsideOf(path, number)).FirstOrDefault(aside => !File.Exists(aside));

    private static string AsideOf(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{number}");
}
