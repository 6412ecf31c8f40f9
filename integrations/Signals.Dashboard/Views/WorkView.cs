using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Dashboard.Work;

namespace Signals.Dashboard.Views;

/// <summary>The work that the page began on a store: how far it is, and what came of it.</summary>
internal static class WorkView
{
    private const int MostProblems = 200;

    /// <summary>How many certificates the list holds, the newest ones. Of an older one it says only whether it is complete.</summary>
    private const int MostInList = 20;

    public static Task SendAsync(HttpContext context, ShownStore shown, TimeProvider time) => JsonAnswer.SendAsync(context, json =>
    {
        int certificates = 0;
        json.WriteStartObject();
        JsonAnswer.Objects(
            json,
            "work",
            shown.Work.Items,
            item => Write(json, item, time, isWhole: item.Certificate is null || ++certificates <= MostInList));
        json.WriteEndObject();
    });

    public static Task SendOneAsync(HttpContext context, ShownStore shown, TimeProvider time)
    {
        WorkItem item = long.TryParse(Parameters.Route(context, "id"), CultureInfo.InvariantCulture, out long id)
            && shown.Work.Find(id) is { } found ? found : throw NoSuchWork();
        return JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            Write(json, item, time, isWhole: true);
            json.WriteEndObject();
        });
    }

    public static Task SendBegunAsync(HttpContext context, WorkItem item) => JsonAnswer.SendAsync(
        context,
        json =>
        {
            json.WriteStartObject();
            json.WriteNumber("id", item.Id);
            json.WriteEndObject();
        },
        StatusCodes.Status202Accepted);

    public static Task CancelAsync(HttpContext context, ShownStore shown)
    {
        bool isKnown = long.TryParse(Parameters.Route(context, "id"), CultureInfo.InvariantCulture, out long id) && shown.Work.Cancel(id);
        return isKnown
            ? SendBegunAsync(context, shown.Work.Find(id)!)
            : throw NoSuchWork();
    }

    /// <summary>Removes work that has ended from the list, with its certificate.</summary>
    public static Task ForgetAsync(HttpContext context, ShownStore shown)
    {
        WorkItem item = long.TryParse(Parameters.Route(context, "id"), CultureInfo.InvariantCulture, out long id)
            && shown.Work.Find(id) is { } found ? found : throw NoSuchWork();
        return shown.Work.Forget(id)
            ? SendBegunAsync(context, item)
            : throw new RefusedException(StatusCodes.Status409Conflict, "The work runs; wait for its end.");
    }

    private static RefusedException NoSuchWork() => new(StatusCodes.Status404NotFound, "There is no work of this number.");

    private static void Write(Utf8JsonWriter json, WorkItem item, TimeProvider time, bool isWhole)
    {
        json.WriteNumber("id", item.Id);
        json.WriteString("kind", item.Kind);
        json.WriteString("subject", item.Subject);
        json.WriteString("state", item.State.ToString().ToLowerInvariant());
        json.WriteString("message", item.Message);
        JsonAnswer.Time(json, "started_ms", item.StartedAt);
        JsonAnswer.Time(json, "ended_ms", item.EndedAt);
        if (item.Progress is { } progress)
        {
            json.WriteNumber("files", progress.Files);
            json.WriteNumber("files_done", progress.FilesDone);
            json.WriteNumber("bytes_done", progress.BytesDone);
        }

        if (item.Certificate is { } certificate)
        {
            json.WriteString("certificate", isWhole ? certificate.ToJson(time.GetUtcNow()) : null);
            json.WriteBoolean("is_complete", certificate.IsComplete);
        }

        JsonAnswer.Objects(json, "problems", (item.Report?.Problems ?? []).Take(MostProblems), problem =>
        {
            json.WriteString("file", problem.File);
            json.WriteNumber("offset", problem.Offset);
            json.WriteString("message", problem.Message);
        });
    }
}
