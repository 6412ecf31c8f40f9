using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Signals.Hosting;
using Signals.Maintenance;
using Signals.Tests.Architecture;

namespace Signals.Tests.Hosting;

/// <summary>Event ids, levels and fields are those of docs/logging.md, and each thing that a store tells is logged under its own.</summary>
internal sealed partial class StoreLogTests
{
    [Test]
    public void Page_ListsEveryMessageWithItsLevelAndFields()
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "logging.md"));
        IEnumerable<string> documented = Row().Matches(page).Select(row =>
            $"{row.Groups[1].Value} {row.Groups[2].Value} "
                + $"{Sorted(row.Groups[3].Value.Replace("`", "", StringComparison.Ordinal).Split(", "))}");
        IEnumerable<string> written = typeof(StoreLog).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId)
            .Select(message => string.Create(CultureInfo.InvariantCulture, $"{message.EventId} {message.Level} {FieldsOf(message)}"));
        Assert.That(documented.Order(StringComparer.Ordinal), Is.EqualTo(written.Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Observer_EachCall_LogsItsOwnId()
    {
        using LogLines lines = new();
        StoreLog log = new(lines, "s");
        log.OnOpened(default);
        log.OnFlushed(default);
        log.OnCompacted(new CompactionReport("view", IsDrop: false, 2, 0, 0, 0, TimeSpan.Zero));
        log.OnCompacted(new CompactionReport("view", IsDrop: true, 2, 0, 0, 0, TimeSpan.Zero));
        log.OnCompacted(new CompactionReport("view", IsDrop: true, 2, 0, 0, 5, TimeSpan.Zero) { FollowsShorterRetention = true });
        foreach (RetentionChange change in Enum.GetValues<RetentionChange>())
        {
            log.OnRetentionChanged(new RetentionReport(change) { EventType = "view" });
        }

        log.OnStallBegan();
        log.OnStallEnded(TimeSpan.FromMilliseconds(5));
        log.OnHandleShortageBegan("x.tbl");
        log.OnHandleShortageEnded(TimeSpan.FromMilliseconds(5));
        log.OnPoisoned(new IOException());
        log.WaitsForLock("s", "process 1");
        log.Closing("s");
        log.OnClosed();
        Assert.That(
            lines.OfStores.Select(line => line.Id),
            Is.EqualTo(new[] { 1000, 1010, 1011, 1012, 1013, 1040, 1041, 1042, 1043, 1020, 1021, 1022, 1023, 1030, 1003, 1002, 1001 }));
    }

    private static string FieldsOf(LoggerMessageAttribute message) =>
        Sorted(Field().Matches(message.Message).Select(field => field.Groups[1].Value));

    // Fields are known by name; the order in a text is of no account.
    private static string Sorted(IEnumerable<string> fields) => string.Join(", ", fields.Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \|[^|]*\| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\{(\w+)(?::\w+)?\}")]
    private static partial Regex Field();
}
