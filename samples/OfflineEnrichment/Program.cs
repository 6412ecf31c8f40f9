using Signals.Samples.OfflineEnrichment;

string folder = Directory.CreateTempSubdirectory("signals-sample-").FullName;
try
{
    await new Story(folder).TellAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}
