/** How a kind of file begins: a pattern over the first bytes, one character per byte. First match wins. */
type Magic = readonly [mime: string, pattern: RegExp];

const BOM = '(?:\\xef\\xbb\\xbf)?';
const SPACE = '[\\r\\n\\t ]*';
const start = (pattern: string, flags = '') => new RegExp(`^${BOM}${SPACE}${pattern}`, flags);

/** Names are those of Zeek's file signatures. */
export const MAGIC: readonly Magic[] = [
  // images
  ['image/png', /^\x89PNG/],
  ['image/gif', /^GIF8[79]a/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/bmp', /^BM[\s\S]{12}[\x0c\x28\x40\x6c\x7c\x80]\x00/],
  ['image/tiff', /^(?:II\x2a\x00|MM\x00\x2a)/],
  ['image/vnd.adobe.photoshop', /^8BPS/],
  ['image/x-icon', /^\x00\x00\x01\x00[\x01-\x30]\x00/],
  ['image/x-cursor', /^\x00\x00\x02\x00[\x01-\x30]\x00/],
  ['image/jp2', /^\x00\x00\x00\x0cjP {2}\r\n\x87\n/],
  ['image/x-xcf', /^gimp xcf/],
  ['image/svg+xml', start('(?:<\\?xml[^>]{0,200}>[\\s\\S]{0,300})?<svg[ >]', 'i')],
  // executables and code
  ['application/x-dosexec', /^MZ/],
  ['application/x-executable', /^\x7fELF/],
  [
    'application/x-mach-o-executable',
    /^(?:\xca\xfe\xba\xbe\x00\x00\x00[\x01-\x0f]|\xce\xfa\xed\xfe|\xcf\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf])/,
  ],
  ['application/x-java-applet', /^\xca\xfe\xba\xbe/],
  ['application/vnd.android.package-archive', /^PK\x03\x04[\s\S]{26}(?:AndroidManifest\.xml|META-INF\/com\/android)/],
  ['application/java-archive', /^PK\x03\x04[\s\S]{26}META-INF\//],
  ['application/x-dex', /^dex\n03/],
  ['application/wasm', /^\x00asm/],
  ['application/x-shockwave-flash', /^[FCZ]WS[\x01-\x40]/],
  ['text/x-shellscript', /^#! ?\/[^\n]{0,40}\b(?:ba|da|k|z|c|tc)?sh\b/],
  ['text/x-python', /^#! ?\/[^\n]{0,40}python/],
  ['text/x-perl', /^#! ?\/[^\n]{0,40}perl/],
  ['text/x-ruby', /^#! ?\/[^\n]{0,40}ruby/],
  ['text/x-php', /^(?:\xef\xbb\xbf)?[\r\n\t ]*<\?php/],
  // office and documents
  ['application/pdf', /^[\s\S]{0,1023}?%PDF-1\.|^%PDF-/],
  ['application/postscript', /^(?:\x04)?%!PS/],
  ['text/rtf', /^\{\\rtf/],
  [
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    /^PK\x03\x04[\s\S]{26}(?:\[Content_Types\]\.xml|_rels\/)[\s\S]{0,980}word\//,
  ],
  [
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    /^PK\x03\x04[\s\S]{26}(?:\[Content_Types\]\.xml|_rels\/)[\s\S]{0,980}xl\//,
  ],
  [
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    /^PK\x03\x04[\s\S]{26}(?:\[Content_Types\]\.xml|_rels\/)[\s\S]{0,980}ppt\//,
  ],
  ['application/vnd.openxmlformats-officedocument', /^PK\x03\x04[\s\S]{26}\[Content_Types\]\.xml/],
  ['application/epub+zip', /^PK\x03\x04[\s\S]{26}mimetypeapplication\/epub\+zip/],
  ['application/vnd.oasis.opendocument.text', /^PK\x03\x04[\s\S]{26}mimetypeapplication\/vnd\.oasis/],
  ['application/msword', /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/],
  ['application/x-ms-shortcut', /^L\x00\x00\x00\x01\x14\x02\x00/],
  ['application/vnd.ms-htmlhelp', /^ITSF/],
  ['application/onenote', /^\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d/],
  // archives
  ['application/zip', /^PK(?:\x03\x04|\x05\x06|\x07\x08)/],
  ['application/x-gzip', /^\x1f\x8b\x08?/],
  ['application/x-bzip2', /^BZh[1-9]/],
  ['application/x-xz', /^\xfd7zXZ\x00/],
  ['application/x-7z-compressed', /^7z\xbc\xaf\x27\x1c/],
  ['application/x-rar', /^Rar!\x1a\x07/],
  ['application/x-lzma', /^\x5d\x00\x00[\s\S]{2}[\x00\x80\xff]\xff/],
  ['application/zstd', /^\x28\xb5\x2f\xfd/],
  ['application/x-lz4', /^\x04\x22\x4d\x18/],
  ['application/x-compress', /^\x1f\x9d/],
  ['application/vnd.ms-cab-compressed', /^MSCF\x00\x00\x00\x00/],
  ['application/x-tar', /^[\s\S]{257}ustar/],
  ['application/x-cpio', /^(?:07070[127]|\xc7\x71|\x71\xc7)/],
  ['application/x-rpm', /^\xed\xab\xee\xdb/],
  ['application/vnd.debian.binary-package', /^!<arch>\ndebian/],
  ['application/x-archive', /^!<arch>/],
  ['application/x-chrome-extension', /^Cr24[\x02\x03]/],
  ['application/x-stuffit', /^SIT!|^StuffIt/],
  ['application/x-arj', /^\x60\xea/],
  ['application/x-lha', /^[\s\S]{2}-lh[0-7d]-/],
  ['application/x-ace', /^[\s\S]{7}\*\*ACE\*\*/],
  ['application/x-iso9660-image', /^[\s\S]{32769}CD001/],
  ['application/x-dmg', /^[\s\S]{0,1}koly/],
  // sound and pictures that move
  ['audio/mpeg', /^(?:ID3|\xff[\xfa\xfb\xf2\xf3])/],
  ['audio/ogg', /^OggS[\s\S]{24,40}(?:vorbis|OpusHead|FLAC|Speex)/],
  ['video/ogg', /^OggS[\s\S]{24,40}theora/],
  ['application/ogg', /^OggS/],
  ['audio/x-flac', /^fLaC/],
  ['audio/x-wav', /^RIFF[\s\S]{4}WAVE/],
  ['video/x-msvideo', /^RIFF[\s\S]{4}AVI /],
  ['audio/midi', /^MThd/],
  ['audio/x-aiff', /^FORM[\s\S]{4}AIF[FC]/],
  ['audio/amr', /^#!AMR/],
  ['audio/aac', /^\xff[\xf0\xf1\xf8\xf9]/],
  ['audio/mp4', /^[\s\S]{4}ftypM4[AB]/],
  ['image/avif', /^[\s\S]{4}ftypavi[fs]/],
  ['image/heic', /^[\s\S]{4}ftyp(?:heic|heix|mif1)/],
  ['video/3gpp', /^[\s\S]{4}ftyp3g/],
  ['video/quicktime', /^[\s\S]{4}(?:ftypqt|moov|mdat|pnot|wide)/],
  ['video/mp4', /^[\s\S]{4}ftyp/],
  ['video/x-matroska', /^\x1a\x45\xdf\xa3[\s\S]{0,60}matroska/],
  ['video/webm', /^\x1a\x45\xdf\xa3/],
  ['video/x-flv', /^FLV\x01/],
  ['video/x-ms-wmv', /^\x30\x26\xb2\x75\x8e\x66\xcf\x11/],
  ['video/mpeg', /^\x00\x00\x01[\xb3\xba]/],
  ['video/mp2t', /^\x47[\s\S]{187}\x47/],
  ['audio/x-mpegurl', /^#EXTM3U/],
  // fonts
  ['application/font-woff', /^wOFF/],
  ['application/font-woff2', /^wOF2/],
  ['application/vnd.ms-opentype', /^OTTO\x00/],
  ['application/x-font-ttf', /^\x00\x01\x00\x00\x00[\x04-\x40]/],
  ['application/vnd.ms-fontobject', /^[\s\S]{34}LP/],
  // keys and databases
  ['application/x-pem', /^-----BEGIN (?:CERTIFICATE|RSA |EC |PRIVATE|PUBLIC|X509)/],
  ['application/pgp-encrypted', /^-----BEGIN PGP MESSAGE/],
  ['application/pgp-signature', /^-----BEGIN PGP SIGNATURE/],
  ['application/pgp-keys', /^-----BEGIN PGP PUBLIC KEY/],
  ['application/x-sqlite3', /^SQLite format 3\x00/],
  ['application/x-bittorrent', /^d(?:8:announce|13:announce-list|4:info|13:creation)/],
  ['application/vnd.tcpdump.pcap', /^(?:\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x4d\x3c\xb2\xa1|\xa1\xb2\x3c\x4d|\n\r\r\n)/],
  ['application/ocsp-response', /^\x30(?:.|\x82[\s\S]{2}|\x81.)\x0a\x01\x00\xa0[\s\S]{2,4}\x30/],
  // text that says what it is
  [
    'text/html',
    start(
      '<(?:!doctype html|!--[\\s\\S]{0,200}?<html|html|head|title|body|meta|script|style|h[1-6]>|table|iframe|div|font|a href|p>|br>|center)',
      'i',
    ),
  ],
  ['application/soap+xml', start('<\\?xml[^>]{0,200}>[\\s\\S]{0,300}<(?:soap|SOAP-ENV|s):Envelope')],
  ['application/rss+xml', start('(?:<\\?xml[^>]{0,200}>\\s*)?<rss')],
  ['application/atom+xml', start('(?:<\\?xml[^>]{0,200}>\\s*)?<feed')],
  ['application/xml', start('<\\?xml')],
  ['application/xml', /^(?:\xfe\xff\x00<\x00\?\x00x|\xff\xfe<\x00\?\x00x)/],
  ['application/x-wine-extension-ini', /^\[[A-Za-z ]{1,40}\]\r\n[A-Za-z]{1,40}=/],
  ['text/x-msdos-batch', start('@echo off', 'i')],
  [
    'text/json',
    start('\\{[\\r\\n\\t ]*(?:"[^"]{1,}"[\\r\\n\\t ]*:[\\r\\n\\t ]*(?:"|\\[|\\{|[0-9]|-[0-9]|true|false|null)|\\})'),
  ],
  [
    'text/json',
    start(
      '\\[[\\r\\n\\t ]*(?:(?:\\{[\\r\\n\\t ]*"[^"]{1,}"[\\r\\n\\t ]*:)|(?:"[^"]*"[\\r\\n\\t ]*[,\\]])|(?:[0-9.eE+-]+[\\r\\n\\t ]*[,\\]]))',
    ),
  ],
  ['message/rfc822', /^(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version|X-[A-Za-z-]{2,30}): /],
];

/** Bytes of a file that are enough to tell its kind. */
export const MAGIC_BYTES = 1024;

const PLAIN = /^(?:\xef\xbb\xbf|(?:\x00\x00)?\xfe\xff|\xff\xfe(?:\x00\x00)?)?[\t-\r\x20-\x7e]{10}/;

/** The kind of file that begins with `head`, undefined when nothing is known about it. */
export function mimeType(head: Uint8Array): string | undefined {
  const raw = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  for (const [mime, pattern] of MAGIC) if (pattern.test(raw)) return mime;
  return PLAIN.test(raw) ? 'text/plain' : undefined;
}
