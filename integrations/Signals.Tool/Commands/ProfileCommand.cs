using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Serving;
using Signals.Tool.Stores;
using Signals.Training;

namespace Signals.Tool.Commands;

/// <summary>Looks at the features that a definition gives for users of a store.</summary>
internal sealed class ProfileCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<string?> _definition = Syntax.Needed("--definition", "FILE", "The JSON of the definition.");
    private readonly Option<int> _users = Syntax.Number("--users", "How many users.", fallback: 10_000, least: 1);
    private readonly Option<string?> _baseline = Syntax.Text("--baseline", "FILE", "A profile to compare with, as this command prints it.");
    private readonly Option<bool> _json = Syntax.Json();

    public ProfileCommand()
        : base("profile", "Measure each feature: missing and distinct values, quantiles, and how far they are from a baseline.")
    {
        Add(_folder);
        Add(_definition);
        Add(_users);
        Add(_baseline);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string definition = line.GetRequiredValue(_definition)!;
        int most = line.GetValue(_users);
        string? baselineFile = line.GetValue(_baseline);
        bool json = line.GetValue(_json);
        FeatureProfile? baseline = baselineFile is null ? null : ReadBaseline(baselineFile);
        using StoreCopy look = StoreCopy.Open(folder);
        string name = DefinitionFile.Register(look.Store, definition);
        FeatureProfiler profiler = new(name, new FeatureProfilerOptions { RowsPerSequence = 256 });
        long done = 0;
        UserId[] users = UsersOf(look.Store, most);
        await LongWork.ShowAsync(
            context,
            "profiling",
            Task.Run(() => Read(look.Store, users, name, profiler, ref done, cancellationToken), cancellationToken),
            () => WorkProgress.Create(Count.Of(Volatile.Read(ref done), "user"), Volatile.Read(ref done), users.Length))
            .ConfigureAwait(false);
        if (profiler.Snapshot() is not { } profile)
        {
            await context.Messages.WriteLineAsync("the store has no users").ConfigureAwait(false);
            return ExitCode.NotFound;
        }

        IReadOnlyList<FeatureDrift> drifts = baseline is null ? [] : FeatureDrift.Compare(baseline, profile);
        if (json)
        {
            context.WriteObject(writer => WriteJson(writer, profile, drifts));
        }
        else
        {
            Print(context, profile, drifts);
        }

        return ExitCode.Ok;
    }

    /// <summary>
    /// A profile as <see cref="FeatureProfile.ToJson"/> writes it, or an object with a profile, as this command prints it.
    /// </summary>
    private static FeatureProfile ReadBaseline(string path)
    {
        string text = Encoding.UTF8.GetString(UserFile.ReadBytes(path));
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            bool isPrinted = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("profile", out _);
            return FeatureProfile.Parse(isPrinted ? document.RootElement.GetProperty("profile").GetRawText() : text);
        }
        catch (JsonException refusal)
        {
            throw new UsageException($"'{path}' is no JSON: {refusal.Message}");
        }
        catch (FormatException refusal)
        {
            throw new UsageException($"'{path}': {refusal.Message}");
        }
    }

    /// <summary>Users of all event types, evenly over their ids.</summary>
    private static UserId[] UsersOf(SignalStore store, int most)
    {
        IEnumerable<EventTypeSchema> types = store.Schema.EventTypes.Where(type => !type.IsDropped);
        UserId[] all = [.. types.SelectMany(type => store.GetUsers(type.Name)).Distinct().Order()];
        int step = Math.Max(1, (all.Length + most - 1) / most);
        return [.. all.Where((_, i) => i % step == 0)];
    }

    private static void Read(
        SignalStore store, UserId[] users, string name, FeatureProfiler profiler, ref long done, CancellationToken cancellationToken)
    {
        foreach (UserId user in users)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using ServedSequence sequence = store.Read(user, name);
            profiler.Add(sequence);
            Volatile.Write(ref done, done + 1);
        }
    }

    private static void WriteJson(Utf8JsonWriter json, FeatureProfile profile, IReadOnlyList<FeatureDrift> drifts)
    {
        json.WritePropertyName("profile");
        json.WriteRawValue(profile.ToJson());
        json.WriteStartArray("drift");
        foreach (FeatureDrift drift in drifts)
        {
            json.WriteStartObject();
            json.WriteString("column", drift.Column);
            WriteNumber(json, "psi", drift.Psi);
            WriteNumber(json, "baseline_missing", drift.BaselineMissing);
            WriteNumber(json, "missing", drift.TodayMissing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Print(ToolContext context, FeatureProfile profile, IReadOnlyList<FeatureDrift> drifts)
    {
        context.WriteRaw(string.Create(
            CultureInfo.InvariantCulture,
            $"{profile.Definition} version {profile.Version}: {Count.Of(profile.Sequences, "sequence")}, "
                + $"{profile.MeanLength:F1} events each, {profile.Empty:N0} empty, {profile.Incomplete:N0} incomplete"));
        foreach (ColumnProfile column in profile.Columns)
        {
            string numbers = column.Percentiles.Count == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture,
                $"  mean {column.Mean:G4}  p0 {column.Percentiles[0]:G4}  p10 {column.Percentiles[10]:G4}  p50 {column.Percentiles[50]:G4}"
                    + $"  p90 {column.Percentiles[90]:G4}  p100 {column.Percentiles[100]:G4}");
            double? psi = drifts.FirstOrDefault(drift => drift.Column == column.Name)?.Psi;
            string drift = psi is { } index ? string.Create(CultureInfo.InvariantCulture, $"  psi {index:F3}") : "";
            context.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"{column.Name} ({column.Type}): {column.ShareMissing:P1} missing, about {column.Distinct:N0} distinct{numbers}{drift}"));
        }
    }
}
