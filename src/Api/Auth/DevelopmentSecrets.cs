using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth;

/// <summary>
/// Secrets that Development makes up for itself, so that a clean clone runs: named texts in <c>secrets.json</c> in the data
/// folder, readable by the owner only (mode 600). Made once and kept. Several processes may use the file at once (the
/// server, and <c>token</c> beside it). Never used outside Development.
/// </summary>
internal sealed class DevelopmentSecrets
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "secrets.json";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private DevelopmentSecrets(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens the secrets of a data folder, which is created (mode 700) when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is not a JSON object of texts; the message names it.</exception>
    /// <exception cref="IOException">The folder or file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static DevelopmentSecrets LoadOrCreate(string dataPath)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(dataPath);
        else Directory.CreateDirectory(dataPath, OwnerOnly | UnixFileMode.UserExecute);

        var secrets = new DevelopmentSecrets(System.IO.Path.GetFullPath(System.IO.Path.Combine(dataPath, FileName)));
        using (secrets.Lock())
        {
            if (File.Exists(secrets.Path)) secrets.Read();
            else secrets.Write([]);
        }

        return secrets;
    }

    /// <summary>32 random bytes as base64url (43 characters): enough for every kind of secret here.</summary>
    public static string NewSecret() => StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32));

    /// <summary>The secret with this name; the first time what <paramref name="create"/> makes, which is kept.</summary>
    public string GetOrAdd(string name, Func<string> create)
    {
        using (Lock())
        {
            var all = File.Exists(Path) ? Read() : [];
            if (all.TryGetValue(name, out var known)) return known;
            var made = create();
            all[name] = made;
            Write(all);
            return made;
        }
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyDictionary<string, string> ReadAll()
    {
        using (Lock()) return Read();
    }

    private SortedDictionary<string, string> Read()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~OwnerOnly) != 0) File.SetUnixFileMode(Path, OwnerOnly);
        try
        {
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(Path))
                ?? throw new InvalidDataException(Unreadable);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(Unreadable, problem);
        }
    }

    private string Unreadable => $"{Path} is not a JSON object of texts. Mend or delete it; what is missing is made anew.";

    private void Write(SortedDictionary<string, string> all)
    {
        // Written beside and moved over: a crash leaves the old file or the new one.
        var next = Path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(next, options))
        {
            JsonSerializer.Serialize(file, all, Indented);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path, overwrite: true);
    }

    /// <summary>An advisory lock between processes, held for the length of one read and write.</summary>
    private FileStream Lock()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        FileStream? held = null;
        IOException? refusal = null;
        SpinWait.SpinUntil(
            () =>
            {
                try
                {
                    held = new FileStream(Path + ".lock", options);
                }
                catch (IOException problem)
                {
                    refusal = problem;
                }

                return held is not null;
            },
            LockPatience);
        return held ?? throw new IOException($"{Path} stays locked by another process.", refusal);
    }
}
